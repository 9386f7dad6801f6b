#include <catch2/catch.hpp>

#include "app/session/session.hpp"

TEST_CASE("names of tracks are short where room is short, and whole where they are words") {
  const auto shown = [](const char* name) {
    sweepbox::Track track;
    track.name = name;
    return sweepbox::short_name(track);
  };
  CHECK(shown("12") == "12");
  CHECK(shown("000134/7") == "000134/7");
  CHECK(shown("1532402927647951/61") == "/61");
  CHECK(shown("a37e31a3-0a37-4796-b0a8-51e0ac52d175") == "a37e31a3");
  CHECK(shown("bdf6565d428afa0778aedc4f84083854") == "bdf6565d");
  CHECK(shown("the red lorry by the bridge") == "the red lorry by the bridge");
}
