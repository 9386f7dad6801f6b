#pragma once
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/base/problems.hpp"
#include "core/base/unpack.hpp"
#include "core/recording/input_file.hpp"
#include "core/recording/messages.hpp"
#include "core/recording/recording.hpp"

// Inside the room recording: what is known of a recording once it has been walked through.
namespace sweepbox::recording {

/// Packed messages.
struct Chunk {
  std::uint64_t place = 0;  ///< of the packed bytes in the file
  std::uint64_t packed = 0;
  std::uint64_t plain = 0;  ///< bytes when unpacked, as the file says
  Packing packing = Packing::lz4_frame;

  bool operator==(const Chunk&) const = default;
};

/// MessageRef::place of a message that stands in the file as it is: this bit and the byte.
constexpr std::uint64_t kInFile = std::uint64_t{1} << 63;

struct Index {
  std::vector<Topic> topics;
  std::vector<std::vector<MessageRef>> messages;  ///< one list a topic
  std::vector<RecordedPose> poses;
  std::vector<std::string> frame_names;
  std::vector<Chunk> chunks;
  std::vector<Problem> problems;

  bool operator==(const Index&) const = default;
};

/// Gathers an Index. What it takes in memory stays in proportion to the file, whatever stands in
/// its packed chunks.
class IndexBuilder {
 public:
  explicit IndexBuilder(std::uint64_t file_size);

  /// The number of a topic; the same again for the same name, type and encoding.
  std::uint32_t topic(Topic topic);

  /// So many bytes from a message's begin are wanted by add().
  std::uint64_t wanted(std::uint32_t topic, std::uint64_t size) const;

  /// `ref` without its stamp; `begin` as wanted() asked for.
  void add(std::uint32_t topic, MessageRef ref, std::span<const std::byte> begin);

  std::uint64_t count() const { return count_; }

  void tell(Problem problem) { problems_.push_back(std::move(problem)); }

  void tell(Severity severity, std::string where, Text expected, Text found, Text fix);

  Index index;  ///< chunks are filled by the caller

  /// Lists in order; what was told and counted on the way in `problems`.
  Index finish();

 private:
  std::uint32_t frame_number(const std::string& whole_name);
  void add_poses(std::uint32_t topic, const MessageRef& ref, std::span<const std::byte> message);
  bool is_new_calibration(std::uint32_t topic, std::span<const std::byte> message);
  void tell_unreadable(std::uint32_t topic, const Error& error);

  Problems problems_{100};
  std::uint64_t most_refs_;
  std::uint64_t most_poses_;
  std::uint64_t refs_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t too_many_ = 0;
  std::unordered_map<std::string, std::uint32_t> topics_;
  std::unordered_map<std::string, std::uint32_t> frames_;
  std::map<std::uint32_t, std::uint64_t> last_calibration_;  // its hash
  std::map<std::uint32_t, std::pair<Error, std::uint64_t>> unreadable_;
};

/// So many bytes at most are taken out of one chunk, or one message, of `packed` bytes: 64 times
/// them or 64 MB, never more than 1 GB. (All chunks of a file together: most_unpacked_from.)
std::uint64_t most_unpacked(std::uint64_t packed);

/// The bytes of a chunk. Errors name file and byte; a chunk that claims more than most_unpacked()
/// is refused before anything is taken for it.
[[nodiscard]] Result<std::vector<std::byte>> unpacked(const InputFile& file, const Chunk& chunk);

/// Unpacks chunks, several at a time while they are small, and hands them over in their order, as
/// long as all together hold no more than most_unpacked_from() of the file's size: 2,000 chunks of
/// zeros fit in 326 kB. Where some are left out, the problem that says so.
std::optional<Problem> for_each_chunk(
    const InputFile& file,
    std::span<const Chunk> chunks,
    const std::function<void(std::size_t chunk, Result<std::vector<std::byte>> plain)>& take);

/// The index of a file: the one that was kept if it is this file's, else what `make` finds, which
/// is kept then.
[[nodiscard]] Result<Index> kept_index(const InputFile& file,
                                       std::string_view format,
                                       const IndexKeeping& keeping,
                                       const std::function<Result<Index>()>& make);

/// A recording whose messages stand in the file or in its chunks.
std::unique_ptr<Recording> make_indexed_recording(std::shared_ptr<const InputFile> file,
                                                  Index index);

/// Several files of one recording as one. Topics of one name and type are one.
std::unique_ptr<Recording> make_joined_recording(std::vector<std::unique_ptr<Recording>> parts,
                                                 std::vector<Problem> problems);

/// CRC-32 of IEEE 802.3, as MCAP has it.
std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace sweepbox::recording
