#include "core/base/hash.hpp"

#include <catch2/catch.hpp>
#include <cstring>

namespace sweepbox {
namespace {

std::uint64_t fnv(const char* word) {
  return Hash().add(std::as_bytes(std::span(word, std::strlen(word)))).value();
}

TEST_CASE("bytes hash as FNV-1a's published vectors say") {
  // Test suite of draft-eastlake-fnv.
  CHECK(fnv("") == 0xcbf29ce484222325ULL);
  CHECK(fnv("a") == 0xaf63dc4c8601ec8cULL);
  CHECK(fnv("foobar") == 0x85944171f73967e8ULL);
}

TEST_CASE("words that run together differ from words apart") {
  CHECK(Hash().add("ab").add("c").value() != Hash().add("a").add("bc").value());
}

TEST_CASE("a hash is written with sixteen digits") {
  CHECK(Hash().hex() == "cbf29ce484222325");
  CHECK(Hash().add(std::uint64_t{1}).hex().size() == 16);
}

}  // namespace
}  // namespace sweepbox
