#include "tests/support/faulting_vfs.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <set>

namespace sweepbox::test {

struct FaultingVfs::Disk {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  sqlite3_io_methods methods{};

  mutable std::mutex guard;
  Fault fault = Fault::none;
  std::int64_t bytes_left = 0;
  std::map<std::string, std::string> written, synced;  // by path: content

  /// The code of a write of so many bytes; SQLITE_OK where it goes through.
  int charge(int bytes) {
    const std::lock_guard hold(guard);
    if (fault == Fault::none || fault == Fault::sync_error) return SQLITE_OK;
    if (fault == Fault::read_only) return SQLITE_READONLY;
    bytes_left -= bytes;
    if (bytes_left >= 0) return SQLITE_OK;
    return fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
};

namespace {

using Disk = FaultingVfs::Disk;

struct File {
  sqlite3_file base;
  Disk* disk;
  std::string* name;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& as_file(sqlite3_file* file) {
  return *reinterpret_cast<File*>(file);
}

int close_file(sqlite3_file* base) {
  File& file = as_file(base);
  const int code = file.real()->pMethods->xClose(file.real());
  delete file.name;
  return code;
}

int read_file(sqlite3_file* base, void* to, int count, sqlite3_int64 at) {
  return as_file(base).real()->pMethods->xRead(as_file(base).real(), to, count, at);
}

int write_file(sqlite3_file* base, const void* from, int count, sqlite3_int64 at) {
  File& file = as_file(base);
  if (const int code = file.disk->charge(count); code != SQLITE_OK) return code;
  const int code = file.real()->pMethods->xWrite(file.real(), from, count, at);
  const std::lock_guard hold(file.disk->guard);
  std::string& content = file.disk->written[*file.name];
  const auto end = static_cast<std::size_t>(at) + static_cast<std::size_t>(count);
  if (content.size() < end) content.resize(end);
  std::memcpy(content.data() + at, from, static_cast<std::size_t>(count));
  return code;
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  File& file = as_file(base);
  const std::lock_guard hold(file.disk->guard);
  file.disk->written[*file.name].resize(static_cast<std::size_t>(size));
  return file.real()->pMethods->xTruncate(file.real(), size);
}

int sync_file(sqlite3_file* base, int flags) {
  File& file = as_file(base);
  const std::lock_guard hold(file.disk->guard);
  if (file.disk->fault == FaultingVfs::Fault::sync_error) return SQLITE_IOERR_FSYNC;
  file.disk->synced[*file.name] = file.disk->written[*file.name];
  return file.real()->pMethods->xSync(file.real(), flags);
}

// The other methods go straight through.
template <auto Method, class... Arguments>
int through(sqlite3_file* base, Arguments... arguments) {
  sqlite3_file* real = as_file(base).real();
  return (real->pMethods->*Method)(real, arguments...);
}

void barrier(sqlite3_file* base) {
  as_file(base).real()->pMethods->xShmBarrier(as_file(base).real());
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  auto* disk = static_cast<Disk*>(vfs->pAppData);
  File& file = as_file(base);
  file.base.pMethods = nullptr;
  const int code = disk->real->xOpen(disk->real, name, file.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  file.disk = disk;
  file.name = new std::string(name ? name : "");
  file.base.pMethods = &disk->methods;
  // What was there before, or got its name by a rename, was synced under its old one.
  const std::lock_guard hold(disk->guard);
  if (name && !disk->written.contains(name)) {
    std::ifstream before(name, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(before), {}};
    disk->written[name] = content;
    disk->synced[name] = content;
  }
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync) {
  auto* disk = static_cast<Disk*>(vfs->pAppData);
  const std::lock_guard hold(disk->guard);
  disk->written.erase(name);
  disk->synced.erase(name);
  return disk->real->xDelete(disk->real, name, sync);
}

}  // namespace

FaultingVfs::FaultingVfs() : disk_(std::make_unique<Disk>()) {
  disk_->real = sqlite3_vfs_find(nullptr);
  disk_->vfs = *disk_->real;
  disk_->vfs.zName = "sweepbox-faulting";
  disk_->vfs.pNext = nullptr;
  disk_->vfs.szOsFile = static_cast<int>(sizeof(File)) + disk_->real->szOsFile;
  disk_->vfs.pAppData = disk_.get();
  disk_->vfs.xOpen = open_file;
  disk_->vfs.xDelete = delete_file;
  // The real one looks at its own pAppData in these.
  disk_->vfs.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    auto* real = static_cast<Disk*>(vfs->pAppData)->real;
    return real->xAccess(real, name, flags, out);
  };
  disk_->vfs.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
    auto* real = static_cast<Disk*>(vfs->pAppData)->real;
    return real->xFullPathname(real, name, size, out);
  };
  sqlite3_io_methods& methods = disk_->methods;
  methods.iVersion = 2;  // without xFetch: no memory-mapped pages past the faults
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = through<&sqlite3_io_methods::xFileSize, sqlite3_int64*>;
  methods.xLock = through<&sqlite3_io_methods::xLock, int>;
  methods.xUnlock = through<&sqlite3_io_methods::xUnlock, int>;
  methods.xCheckReservedLock = through<&sqlite3_io_methods::xCheckReservedLock, int*>;
  methods.xFileControl = through<&sqlite3_io_methods::xFileControl, int, void*>;
  methods.xSectorSize = through<&sqlite3_io_methods::xSectorSize>;
  methods.xDeviceCharacteristics = through<&sqlite3_io_methods::xDeviceCharacteristics>;
  methods.xShmMap = through<&sqlite3_io_methods::xShmMap, int, int, int, volatile void**>;
  methods.xShmLock = through<&sqlite3_io_methods::xShmLock, int, int, int>;
  methods.xShmBarrier = barrier;
  methods.xShmUnmap = through<&sqlite3_io_methods::xShmUnmap, int>;
  sqlite3_vfs_register(&disk_->vfs, 1);
}

FaultingVfs::~FaultingVfs() {
  sqlite3_vfs_unregister(&disk_->vfs);
  sqlite3_vfs_register(disk_->real, 1);
}

void FaultingVfs::fail_with(Fault fault, std::int64_t after_bytes) {
  const std::lock_guard hold(disk_->guard);
  disk_->fault = fault;
  disk_->bytes_left = after_bytes;
}

void FaultingVfs::after_power_cut(const std::filesystem::path& from,
                                  const std::filesystem::path& to) const {
  const std::lock_guard hold(disk_->guard);
  for (const auto& [name, content] : disk_->synced) {
    const std::filesystem::path path(name);
    if (path.parent_path() != from) continue;
    std::ofstream(to / path.filename(), std::ios::binary) << content;
  }
}

}  // namespace sweepbox::test
