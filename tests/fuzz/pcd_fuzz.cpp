#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "core/cloud/cloud_file.hpp"

// Throws damaged PCD files at the reader: `pcd_fuzz [ROUNDS] [SEED]`. A round takes a good file,
// changes some bytes, words or its length, and reads it. It ends well if nothing crashes (build
// with the preset asan to see every byte that is read beyond its buffer) and no cloud is larger
// than its file could hold.

namespace sweepbox {
namespace {

using Bytes = std::vector<std::byte>;

const CloudFormat& pcd() {
  for (const CloudFormat& format : cloud_formats())
    if (format.name == "pcd") return format;
  std::abort();
}

Bytes bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// One good file of each kind; the compressed one is LZF by hand: runs of literals.
std::vector<Bytes> good_files() {
  PointCloud cloud;
  for (int i = 0; i < 40; ++i) {
    cloud.x.push_back(static_cast<float>(i));
    cloud.y.push_back(static_cast<float>(-i));
    cloud.z.push_back(0.5f);
  }
  cloud.channels = {{"intensity", cloud.x}, {"time", cloud.z}};
  std::vector<Bytes> files = {*pcd().write(cloud)};
  files.push_back(bytes_of(
      "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z _ rgb ring\nSIZE 4 4 4 1 4 2\nTYPE F F F U U U\n"
      "COUNT 1 1 1 2 1 1\nWIDTH 2\nHEIGHT 1\nPOINTS 2\nDATA ascii\n"
      "1 2 3 0 0 4.2e-39 7\nnan 2 3 0 0 65535 8\n"));
  std::string compressed = "FIELDS x y z\nPOINTS 8\nDATA binary_compressed\n";
  const auto add = [&](std::uint32_t value) {
    compressed.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  add(3 * 33);
  add(96);
  for (int run = 0; run < 3; ++run) compressed += '\x1f' + std::string(32, static_cast<char>(run));
  files.push_back(bytes_of(compressed));
  return files;
}

/// Words that headers are damaged with.
const std::vector<std::string> kWords = {"-1",
                                         "0",
                                         "1",
                                         "8",
                                         "99999999999999999999",
                                         "nan",
                                         "x",
                                         "_",
                                         "FIELDS",
                                         "COUNT 0 0 0",
                                         "SIZE 8 8 8",
                                         "DATA binary\n",
                                         "DATA ascii\n",
                                         "DATA binary_compressed\n",
                                         "\n",
                                         "\r\n",
                                         "#"};

Bytes damaged(Bytes file, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) {
    return n == 0 ? 0 : static_cast<std::size_t>(random() % n);
  };
  const auto place = [&] { return file.begin() + static_cast<std::ptrdiff_t>(below(file.size())); };
  for (std::size_t change = 0; change <= below(6); ++change) {
    if (file.empty()) return file;
    switch (below(5)) {
      case 0:
        *place() = static_cast<std::byte>(random());
        break;
      case 1:
        file.resize(below(file.size()));
        break;
      case 2: {
        const Bytes word = bytes_of(kWords[below(kWords.size())]);
        file.insert(place(), word.begin(), word.end());
        break;
      }
      case 3: {
        const auto first = place();
        file.erase(first,
                   first + std::min<std::ptrdiff_t>(file.end() - first,
                                                    1 + static_cast<std::ptrdiff_t>(below(16))));
        break;
      }
      default: {
        const Bytes word = bytes_of(kWords[below(kWords.size())]);
        const auto first = place();
        std::copy_n(
            word.begin(), std::min<std::ptrdiff_t>(std::ssize(word), file.end() - first), first);
      }
    }
  }
  return file;
}

int run(std::uint64_t rounds, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::vector<Bytes> good = good_files();
  std::uint64_t read = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const Bytes file = damaged(good[round % good.size()], random);
    const auto found = pcd().read(file, {});
    if (!found) continue;
    ++read;
    // LZF grows 88-fold at most, and a point takes three bytes at least.
    if (found->cloud.size() > file.size() * 30) {
      std::cerr << "round " << round << " of seed " << seed << ": " << found->cloud.size()
                << " points from " << file.size() << " bytes\n";
      return 1;
    }
  }
  std::cout << rounds << " damaged files, " << read << " of them read\n";
  return 0;
}

}  // namespace
}  // namespace sweepbox

int main(int count, char** words) {
  const std::uint64_t rounds = count > 1 ? std::strtoull(words[1], nullptr, 10) : 30000;
  const std::uint64_t seed = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1;
  return sweepbox::run(rounds, seed);
}
