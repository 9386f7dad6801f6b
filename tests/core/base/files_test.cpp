#include "core/base/files.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "core/base/open_file.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

void put(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// Files may not grow past this many bytes while it lives (a full disk, for root too).
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }

  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

/// An environment variable, put back at the end.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) before_ = old;
    value ? setenv(name, value, 1) : unsetenv(name);
  }

  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST_CASE("a file comes back as it was written, zeros included") {
  const test::TempFolder folder;
  const std::string content("a\0b\r\n\xff", 6);
  REQUIRE(write_file(folder / "x.bin", content));
  CHECK(read_text(folder / "x.bin").value() == content);
  CHECK(read_bytes(folder / "x.bin").value().size() == 6);
  REQUIRE(write_file(folder / "x.bin", std::string_view("shorter")));
  CHECK(read_text(folder / "x.bin").value() == "shorter");
  REQUIRE(write_file(folder / "empty", std::string_view()));
  CHECK(read_bytes(folder / "empty").value().empty());
}

TEST_CASE("writing leaves nothing beside the file") {
  const test::TempFolder folder;
  REQUIRE(write_file(folder / "x.json", std::string_view("{}")));
  CHECK(list_files(folder.path()) == std::vector<fs::path>{folder / "x.json"});
}

TEST_CASE("a full disk leaves the old content whole and no rest beside it") {
  const test::TempFolder folder;
  put(folder / "x.json", "old");
  {
    const SmallDisk small(4096);
    const auto result = write_file(folder / "x.json", std::string(100000, 'n'));
    REQUIRE_FALSE(result);
    CHECK(result.error().file == (folder / "x.json").string());
  }
  CHECK(read_text(folder / "x.json").value() == "old");
  CHECK(list_files(folder.path()).size() == 1);
}

TEST_CASE("a file that cannot be made is said with its path") {
  const test::TempFolder folder;
  const auto result = write_file(folder / "no/such/folder/x", std::string_view("x"));
  REQUIRE_FALSE(result);
  CHECK(to_line(result.error()).find((folder / "no/such/folder/x").string()) == 0);
  // A folder stands in the way: the rename fails, the rest is taken away.
  fs::create_directories(folder / "taken/inside");
  CHECK_FALSE(write_file(folder / "taken", std::string_view("x")));
  CHECK(list_files(folder.path()).empty());
}

TEST_CASE("what is missing, a folder, a device or too large is not read") {
  const test::TempFolder folder;
  put(folder / "big", std::string(11, 'x'));
  CHECK_FALSE(read_bytes(folder / "missing"));
  CHECK_FALSE(read_bytes(folder.path()));
  CHECK_FALSE(read_bytes("/dev/zero"));  // endless, and says size 0
  const auto big = read_text(folder / "big", 10);
  REQUIRE_FALSE(big);
  CHECK(to_line(big.error()).find("expected at most 10 bytes, found 11 bytes") !=
        std::string::npos);
  CHECK(read_text(folder / "big", 11));
}

TEST_CASE("files are listed sorted, by their endings") {
  const test::TempFolder folder;
  for (const char* name : {"b.bin", "a.bin", "c.txt", "10.bin", "9.bin", ".bin"})
    put(folder / name, "");
  fs::create_directory(folder / "folder.bin");
  std::vector<std::string> names;
  for (const auto& path : list_files(folder.path(), {".bin"})) names.push_back(path.filename());
  // A folder in a file's place is listed: its reader says so.
  CHECK(names == std::vector<std::string>{"10.bin", "9.bin", "a.bin", "b.bin", "folder.bin"});
  CHECK(list_files(folder.path()).size() == 6);
  CHECK(list_folders(folder.path()) == std::vector<fs::path>{folder / "folder.bin"});
  CHECK(list_files(folder / "missing").empty());
  CHECK(list_folders(folder / "missing").empty());
}

TEST_CASE("a name is a number only where all of it is digits") {
  CHECK(number_in("000965") == 965);
  CHECK(number_in("0") == 0);
  CHECK_FALSE(number_in("12a"));
  CHECK_FALSE(number_in("-3"));
  CHECK_FALSE(number_in(""));
  CHECK_FALSE(number_in("99999999999999999999"));
}

TEST_CASE("paths stay below the drive, links followed") {
  const test::TempFolder folder;
  put(folder / "drive/lidar/a.bin", "");
  put(folder / "drive-2/secret", "");
  put(folder / "secret", "");
  const fs::path root = folder / "drive";
  CHECK(path_below(root, "lidar/a.bin").value() == fs::canonical(root) / "lidar/a.bin");
  CHECK(path_below(root, "lidar/../lidar/new.bin"));  // need not be there yet
  CHECK_FALSE(path_below(root, "../secret"));
  CHECK_FALSE(path_below(root, "lidar/../../secret"));
  CHECK_FALSE(path_below(root, "../drive-2/secret"));  // shares the beginning of its name
  CHECK_FALSE(path_below(root, "/etc/passwd"));
  fs::create_symlink(folder / "secret", root / "link");
  fs::create_directory_symlink(folder.path(), root / "up");
  fs::create_directory_symlink(root / "lidar", root / "inside");
  CHECK_FALSE(path_below(root, "link"));
  CHECK_FALSE(path_below(root, "up/secret"));
  CHECK(path_below(root, "inside/a.bin"));
  const auto refused = path_below(root, "up/secret");
  CHECK(refused.error().file == "up/secret");
}

TEST_CASE("the user's folders follow XDG, with their defaults below home") {
  const Variable home("HOME", "/home/someone");
  {
    const Variable data("XDG_DATA_HOME", nullptr);
    const Variable config("XDG_CONFIG_HOME", "");
    const Variable cache("XDG_CACHE_HOME", "/fast");
    CHECK(user_data_folder() == "/home/someone/.local/share/sweepbox");
    CHECK(user_config_folder() == "/home/someone/.config/sweepbox");
    CHECK(user_cache_folder() == "/fast/sweepbox");
  }
}

TEST_CASE("the beginning of a file is as much as there is of it") {
  const test::TempFolder folder;
  put(folder / "file", "0123456789");
  CHECK(read_beginning(folder / "file", 4) == "0123");
  CHECK(read_beginning(folder / "file", 10) == "0123456789");
  CHECK(read_beginning(folder / "file", 4096) == "0123456789");
  CHECK(read_beginning(folder / "nothing", 4).empty());
  CHECK(read_beginning(folder.path(), 4).empty());
}

TEST_CASE("what stands in a file's place is named: a pipe, a socket, a device, a folder") {
  const test::TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string socket_path = (folder / "socket").string();
  REQUIRE(socket_path.size() < sizeof address.sun_path);
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  fs::create_directory(folder / "folder");
  fs::create_symlink(folder / "pipe", folder / "link");
  const std::pair<fs::path, std::string> cases[] = {{folder / "pipe", "a pipe"},
                                                    {folder / "link", "a pipe"},
                                                    {folder / "socket", "a socket"},
                                                    {folder / "folder", "a folder"},
                                                    {"/dev/zero", "a device"}};
  for (const auto& [path, kind] : cases) {
    CHECK(read_beginning(path, 4096).empty());
    CHECK_FALSE(read_bytes(path));
    const auto read = read_text(path);
    REQUIRE_FALSE(read);
    CHECK(to_line(read.error()) ==
          path.string() + ": expected a regular file, found " + kind + "; name a file");
    CHECK(english(kind_at(path)) == kind);
    CHECK(is_special(path) == (kind != "a folder"));
  }
  ::close(socket);
  CHECK(english(kind_at(folder / "missing")) == "nothing");
  CHECK_FALSE(is_special(folder / "missing"));
}

TEST_CASE("a file of /proc says that it is empty and is read to its end, up to the limit") {
  const auto status = read_text("/proc/self/status");
  REQUIRE(status);
  CHECK(status->find("VmPeak:") != std::string::npos);
  const auto large = read_text("/proc/self/status", 100);
  REQUIRE_FALSE(large);
  CHECK(to_line(large.error()).find("expected at most 100 bytes, found more") != std::string::npos);
  CHECK(read_text("/proc/self/status", status->size() + 100));
}

TEST_CASE("folders are made with their parents, and a file in the way is said") {
  const test::TempFolder folder;
  REQUIRE(make_folder(folder / "a/b/c"));
  REQUIRE(make_folder(folder / "a/b/c"));  // again: no error
  CHECK(fs::is_directory(folder / "a/b/c"));
  put(folder / "file", "");
  CHECK_FALSE(make_folder(folder / "file/below"));
}

}  // namespace
}  // namespace sweepbox
