// Runs on a display of its own: ctest starts this program under xvfb-run.
#include "sim/render/window.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "sim/core/archive.h"
#include "tests/sim/render/pixels.h"

using namespace sandlot;

namespace {

void draw_quarters(Scene& scene) {
  scene.begin(320, 240, {10, 20, 30});
  scene.rectangle({80, 60}, 160, 120, {255, 0, 0});
  scene.rectangle({240, 180}, 160, 120, {0, 0, 255});
}

bool can_run(const char* program) {
  return std::system(("command -v " + std::string(program) + " >/dev/null 2>&1").c_str()) == 0;
}

// What a window shows, read by another program.
Frame screenshot(const std::string& title, int width, int height) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("sandlot-screen-" + std::to_string(std::rand()) + ".rgba");
  const std::string command = "import -window '" + title + "' -depth 8 rgba:" + file.string();
  REQUIRE(std::system(command.c_str()) == 0);
  const auto bytes = read_file(file);
  std::filesystem::remove(file);
  Frame frame{width, height, {}};
  for (const auto b : bytes) frame.rgba.push_back(std::to_integer<std::uint8_t>(b));
  return frame;
}

}  // namespace

TEST_CASE("window: shows the scene, letterboxed") {
  REQUIRE(window_available());
  Window window("sandlot window test", 400, 240);  // wider than the scene: bars left and right
  Scene scene;
  draw_quarters(scene);
  for (int i = 0; i < 5; ++i) {
    window.poll();
    window.show(scene);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(window.open());
  if (can_run("import")) {
    const Frame screen = screenshot("sandlot window test", 400, 240);
    CHECK(pixel(screen, 60, 20) == Color{255, 0, 0});
    CHECK(pixel(screen, 340, 220) == Color{0, 0, 255});
    CHECK(pixel(screen, 340, 20) == Color{10, 20, 30});
    CHECK(pixel(screen, 20, 20) == Color{18, 20, 28});
    CHECK(pixel(screen, 380, 220) == Color{18, 20, 28});
  }
  window.close();
  CHECK(!window.open());
}

TEST_CASE("window: keys arrive by name and are held until they are released") {
  if (!can_run("xdotool")) {
    MESSAGE("xdotool is not installed: skipped");
    return;
  }
  Window window("sandlot keys test", 320, 240);
  Scene scene;
  draw_quarters(scene);
  const auto wait_for = [&](const auto& done) {
    for (int i = 0; i < 150 && !done(); ++i) {
      window.show(scene);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return done();
  };
  window.show(scene);
  // Without a window manager the keyboard goes to where the pointer is.
  REQUIRE(std::system("xdotool mousemove --window $(xdotool search --name 'sandlot keys test' | "
                      "tail -1) 100 60") == 0);
  std::vector<std::string> pressed;
  std::vector<Point> clicks;
  const auto poll = [&] {
    const auto input = window.poll();
    pressed.insert(pressed.end(), input.pressed.begin(), input.pressed.end());
    clicks.insert(clicks.end(), input.clicks.begin(), input.clicks.end());
  };
  REQUIRE(std::system("xdotool keydown Left key x key space") == 0);
  CHECK(wait_for([&] {
    poll();
    return pressed.size() >= 3;
  }));
  CHECK(pressed == std::vector<std::string>{"left", "x", "space"});
  CHECK(window.held("left"));
  CHECK(wait_for([&] {
    poll();
    return !window.held("x") && !window.held("space");
  }));
  REQUIRE(std::system("xdotool keyup Left click 1") == 0);
  CHECK(wait_for([&] {
    poll();
    return !window.held("left") && !clicks.empty();
  }));
  REQUIRE(clicks.size() == 1);
  CHECK(clicks[0].x == doctest::Approx(100).epsilon(0.02));
  CHECK(clicks[0].y == doctest::Approx(60).epsilon(0.02));
}

TEST_CASE("window: without a display the reason is given") {
  const std::string display = std::getenv("DISPLAY");
  unsetenv("DISPLAY");
  CHECK(!window_available());
  CHECK_THROWS_WITH_AS(
      Window("x", 10, 10),
      "no display (DISPLAY is not set): no window can open; record a video instead",
      std::runtime_error);
  setenv("DISPLAY", ":4711", 1);
  CHECK_THROWS_WITH_AS(Window("x", 10, 10), "the display :4711 does not answer: no window can open",
                       std::runtime_error);
  setenv("DISPLAY", display.c_str(), 1);
}
