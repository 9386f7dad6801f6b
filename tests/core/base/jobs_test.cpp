#include "core/base/jobs.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "core/base/log.hpp"
#include "tests/support/memory_limit.hpp"

namespace sweepbox {
namespace {

/// A job that ends when it is told to.
struct Gate {
  std::promise<void> opening;
  std::shared_future<void> open = opening.get_future().share();
};

TEST_CASE("results come back on the thread that delivers, in the order of completion") {
  Jobs jobs(1);
  const auto here = std::this_thread::get_id();
  std::vector<int> order;
  for (int i = 0; i < 20; ++i)
    jobs.submit([i](const Cancel&) { return std::pair(i, std::this_thread::get_id()); },
                [&order, here](std::pair<int, std::thread::id> result) {
                  CHECK(result.second != here);
                  CHECK(std::this_thread::get_id() == here);
                  order.push_back(result.first);
                });
  CHECK(order.empty());  // nothing is delivered by itself
  jobs.finish();
  REQUIRE(order.size() == 20);
  for (int i = 0; i < 20; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(jobs.pending() == 0);
}

TEST_CASE("the newest goes first where it is asked for") {
  Jobs jobs(1);
  Gate gate;
  std::promise<void> started;
  std::vector<int> order;
  const auto done = [&order](int n) { order.push_back(n); };
  jobs.submit(
      [&started, open = gate.open](const Cancel&) {
        started.set_value();
        open.wait();
        return 0;
      },
      done);
  started.get_future().wait();  // the worker is busy: what follows waits
  jobs.submit([](const Cancel&) { return 1; }, done);
  jobs.submit([](const Cancel&) { return 2; }, done);
  jobs.submit([](const Cancel&) { return 3; }, done, {.order = Jobs::Order::newest_first});
  gate.opening.set_value();
  jobs.finish();
  CHECK(order == std::vector<int>{0, 3, 1, 2});
}

TEST_CASE(
    "a cancelled job that waits never runs, one that runs is asked to stop, neither is delivered") {
  Jobs jobs(1);
  Gate gate;
  std::promise<void> started;
  bool saw_request = false;
  bool delivered = false;
  bool ran = false;
  Cancel running = jobs.submit(
      [&, open = gate.open](const Cancel& cancel) {
        started.set_value();
        open.wait();
        saw_request = cancel.requested();
      },
      [&] { delivered = true; });
  Cancel waiting = jobs.submit([&](const Cancel&) { ran = true; }, [&] { delivered = true; });
  started.get_future().wait();
  running.request();
  waiting.request();
  gate.opening.set_value();
  jobs.finish();
  CHECK(saw_request);
  CHECK_FALSE(ran);
  CHECK_FALSE(delivered);
}

TEST_CASE("a job cancelled between its end and the delivery is not delivered") {
  std::promise<void> woken;
  Jobs jobs(1, [&] { woken.set_value(); });
  bool delivered = false;
  Cancel cancel = jobs.submit([](const Cancel&) { return 1; }, [&](int) { delivered = true; });
  woken.get_future().wait();
  cancel.request();
  CHECK(jobs.deliver() == 0);
  CHECK_FALSE(delivered);
}

TEST_CASE("a job that throws ends alone: the next one runs") {
  set_log_level(LogLevel::quiet);
  Jobs jobs(1);
  bool broken_delivered = false;
  int result = 0;
  jobs.submit([](const Cancel&) -> int { throw std::runtime_error("a bug"); },
              [&](int) { broken_delivered = true; });
  jobs.submit([](const Cancel&) -> int { throw 1; }, [&](int) { broken_delivered = true; });
  jobs.submit([](const Cancel&) { return 7; }, [&](int n) { result = n; });
  jobs.finish();
  set_log_level(LogLevel::warning);
  CHECK_FALSE(broken_delivered);
  CHECK(result == 7);
}

TEST_CASE("what a job with a Result throws is that Result's error: who waits for it is told") {
  Jobs jobs(1);
  std::vector<std::string> told;
  const auto tell = [&told](const Result<int>& result) {
    told.push_back(result ? std::to_string(*result) : to_line(result.error()));
  };
  jobs.submit([](const Cancel&) -> Result<int> { throw std::runtime_error("a bug"); }, tell);
  jobs.submit([](const Cancel&) -> Result<int> { throw std::bad_alloc(); }, tell);
  jobs.submit([](const Cancel&) -> Result<int> { throw 1; }, tell);
  jobs.submit([](const Cancel&) -> Result<int> { return refuse("the disk is full"); }, tell);
  jobs.submit([](const Cancel&) -> Result<int> { return 7; }, tell);
  bool nothing_told = false;
  jobs.submit([](const Cancel&) -> Result<void> { throw std::runtime_error("a bug"); },
              [&](const Result<void>& result) { nothing_told = !result; });
  jobs.finish();
  REQUIRE(told.size() == 5);
  CHECK(told[0].find("a bug") != std::string::npos);
  CHECK(told[1].find("no memory is left") != std::string::npos);
  CHECK(told[2].find("broke off") != std::string::npos);
  CHECK(told[3] == "the disk is full");
  CHECK(told[4] == "7");
  CHECK(nothing_told);
}

TEST_CASE("a job that was cancelled before it threw is not delivered") {
  Jobs jobs(1);
  Gate gate;
  std::promise<void> started;
  bool delivered = false;
  Cancel cancel = jobs.submit(
      [&, open = gate.open](const Cancel&) -> Result<int> {
        started.set_value();
        open.wait();
        throw std::runtime_error("a bug");
      },
      [&](const Result<int>&) { delivered = true; });
  started.get_future().wait();
  cancel.request();
  gate.opening.set_value();
  jobs.finish();
  CHECK_FALSE(delivered);
}

TEST_CASE("a long work of one lane holds up nothing that is looked at, nor another lane") {
  for (const int threads : {1, 2}) {
    Jobs jobs(threads);
    Gate gate;
    int long_ones = 0;
    const auto wait = [open = gate.open](const Cancel&) { open.wait(); };
    for (int i = 0; i < 3; ++i) {
      jobs.submit(wait, [&] { ++long_ones; }, {.lane = Lane::background});
      jobs.submit(wait, [&] { ++long_ones; }, {.lane = Lane::person});
    }
    std::promise<void> seen;
    int looked_at = 0;
    for (int i = 0; i < 10; ++i) jobs.submit([](const Cancel&) {}, [&] { ++looked_at; });
    jobs.submit([&seen](const Cancel&) { seen.set_value(); }, [&] { ++looked_at; });
    seen.get_future().wait();
    while (looked_at < 11) jobs.deliver();
    CHECK(long_ones == 0);
    gate.opening.set_value();
    jobs.finish();
    CHECK(long_ones == 6);
  }
}

TEST_CASE("what a person started does not wait for an examination") {
  Jobs jobs(1);
  Gate gate;
  std::promise<void> examining;
  jobs.submit(
      [&examining, open = gate.open](const Cancel&) {
        examining.set_value();
        open.wait();
      },
      [] {},
      {.lane = Lane::background});
  examining.get_future().wait();
  bool exported = false;
  jobs.submit([](const Cancel&) {}, [&] { exported = true; }, {.lane = Lane::person});
  while (!exported) jobs.deliver();
  CHECK(jobs.pending() == 1);
  gate.opening.set_value();
  jobs.finish();
}

TEST_CASE("lanes that the eye does not wait for run niced") {
  Jobs jobs(1);
  const auto nice = [](const Cancel&) {
    return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
  };
  const int ours = nice({});
  std::map<Lane, int> found;
  for (const Lane lane : {Lane::eye, Lane::person, Lane::background})
    jobs.submit(nice, [&found, lane](int value) { found[lane] = value; }, {.lane = lane});
  jobs.finish();
  CHECK(found[Lane::eye] == ours);
  CHECK(found[Lane::person] == std::max(ours, 5));
  CHECK(found[Lane::background] == std::max(ours, 10));
}

TEST_CASE("a job says how far it is, and the bar that hears it stops it") {
  Jobs jobs(1);
  Gate gate;
  std::promise<void> began;
  Cancel bar;
  CHECK(bar.share() < 0);
  bool stopped = false, delivered = false;
  const Cancel given = jobs.submit(
      [&](const Cancel& cancel) {
        cancel.set_share(0.25);
        cancel.set_step("Reading");
        began.set_value();
        gate.open.wait();
        stopped = cancel.requested();
      },
      [&] { delivered = true; },
      {.lane = Lane::person, .cancel = bar});
  CHECK(given == bar);
  CHECK_FALSE(given == Cancel());
  began.get_future().wait();
  CHECK(bar.share() == 0.25);
  CHECK(bar.step() == std::string("Reading"));
  bar.request();
  gate.opening.set_value();
  jobs.finish();
  CHECK(stopped);
  CHECK_FALSE(delivered);
}

TEST_CASE("each result wakes the frame loop once, by the wake function of that moment") {
  std::atomic<int> first = 0;
  std::atomic<int> second = 0;
  {
    Jobs jobs(2, [&] { ++first; });
    for (int i = 0; i < 5; ++i) jobs.submit([](const Cancel&) {}, [] {});
    jobs.finish();
    jobs.set_wake([&] { ++second; });
    jobs.submit([](const Cancel&) {}, [] {});
    jobs.finish();
  }  // the workers are joined: none is about to call
  CHECK(first == 5);
  CHECK(second == 1);
}

TEST_CASE("a done function may submit the next job, and finish waits for it too") {
  Jobs jobs(2);
  int steps = 0;
  std::function<void()> next = [&] {
    if (++steps < 5) jobs.submit([](const Cancel&) {}, next);
  };
  jobs.submit([](const Cancel&) {}, next);
  jobs.finish();
  CHECK(steps == 5);
}

TEST_CASE("what a job holds is released by its worker, not kept until delivery") {
  std::promise<void> woken;
  Jobs jobs(1, [&] { woken.set_value(); });
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = held;
  jobs.submit([held](const Cancel&) { return *held; }, [](int) {});
  held.reset();
  woken.get_future().wait();
  CHECK(watch.expired());
  jobs.finish();
}

TEST_CASE("the end of the pool cancels what waits and waits for what runs") {
  std::promise<Cancel> told;
  std::promise<void> started;
  bool finished = false;
  bool ran = false;
  {
    Jobs jobs(1);
    jobs.submit(
        [&, waiting = told.get_future().share()](const Cancel&) {
          started.set_value();
          // Only the pool's end cancels the other job: this one outlives the call of the
          // destructor.
          while (!waiting.get().requested()) std::this_thread::yield();
          finished = true;
        },
        [] {});
    told.set_value(jobs.submit([&](const Cancel&) { ran = true; }, [] {}));
    started.get_future().wait();
  }
  CHECK(finished);
  CHECK_FALSE(ran);
}

#ifndef SWEEPBOX_SANITIZE
TEST_CASE("where the system gives fewer threads, those work") {
  std::atomic<int> ran = 0;
  {
    // A thread's stack is 8 MiB of address space or what ulimit -s says: there is room for some.
    std::optional<test::MemoryLimit> limit(std::in_place, 100);
    set_log_level(LogLevel::quiet);
    Jobs jobs(1000);
    limit.reset();
    set_log_level(LogLevel::warning);
    for (int i = 0; i < 100; ++i) jobs.submit([](const Cancel&) {}, [&ran] { ++ran; });
    jobs.finish();
  }
  CHECK(ran == 100);
}

#endif

TEST_CASE("where the system gives no thread, that is thrown, and nothing hangs") {
  pthread_attr_t before, huge;
  REQUIRE(pthread_getattr_default_np(&before) == 0);
  REQUIRE(pthread_attr_init(&huge) == 0);
  REQUIRE(pthread_attr_setstacksize(&huge, std::size_t{1} << 50) ==
          0);  // more than there are addresses
  REQUIRE(pthread_setattr_default_np(&huge) == 0);
  CHECK_THROWS_AS(Jobs(4), std::system_error);
  REQUIRE(pthread_setattr_default_np(&before) == 0);
  pthread_attr_destroy(&huge);
  pthread_attr_destroy(&before);
}

TEST_CASE("there is always a worker") {
  CHECK(sensible_worker_count() >= 1);
}

}  // namespace
}  // namespace sweepbox
