#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Records of ROS 1 bags by their specification (wiki.ros.org/Bags/Format/2.0), for tests.
namespace sweepbox::test {

/// The bytes of a number, as bags have it.
template <class Number>
std::string raw(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline std::string raw(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Header fields and data.
inline std::string bag_record(const std::vector<std::pair<std::string, std::string>>& fields,
                              const std::string& data) {
  const auto size_of = [](const std::string& bytes) {
    return raw(static_cast<std::uint32_t>(bytes.size()));
  };
  std::string header;
  for (const auto& [name, value] : fields) {
    const std::string field = name + "=" + value;
    header += size_of(field) + field;
  }
  return size_of(header) + header + size_of(data) + data;
}

}  // namespace sweepbox::test
