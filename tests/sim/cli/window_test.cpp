// Runs on a display of its own: ctest starts this program under xvfb-run.
#include "sim/experiment/episode_file.h"
#include "tests/sim/cli/process.h"

using namespace sandlot;

namespace {

// Sends keys to the window with that title once it is there.
void type(Process& process, const std::string& title, const std::string& keys) {
  const std::string find = "xdotool search --name '" + title + "' 2>/dev/null | tail -1";
  bool found = false;
  wait_until(60, [&] {
    found = std::system(("test -n \"$(" + find + ")\"").c_str()) == 0;
    return found || !process.running();
  });
  INFO("the program ", process.running() ? "runs" : "has ended", ": ", process.out(),
       process.err());
  REQUIRE(found);
  // Without a window manager the keyboard goes to where the pointer is.
  REQUIRE(std::system(
              ("xdotool mousemove --window $(" + find + ") 60 60; sleep 0.3; " + keys).c_str()) ==
          0);
}

}  // namespace

TEST_CASE("play: keys act, the end is shown, the episode is saved and replayed, escape leaves") {
  const TemporaryFolder folder;
  const std::string saved = (folder / "mine.episode").string();
  Process process(folder.path(), {"play", "cliff_walking", "--save", saved}, true);
  // Up, along the upper edge of the cliff and down again: the thirteen steps of the shortest way.
  type(
      process, "sandlot play: cliff_walking", "xdotool key --delay 60 Up " + [] {
        std::string right;
        for (int i = 0; i < 11; ++i) right += "Right ";
        return right;
      }() + "Down");
  CHECK(wait_until(10, [&] { return std::filesystem::exists(saved); }));
  type(process, "sandlot play: cliff_walking", "xdotool key Escape");
  CHECK(process.wait() == 0);
  CHECK(process.out().find("episode 1: return -13 in 13 steps, terminated") != std::string::npos);
  const EpisodeFile file = load_episode(saved);
  Replay replay(all_registered(), file, saved);
  while (!replay.done()) replay.advance();
  CHECK(replay.return_so_far() == -13);

  // The same in a window: plays to its end and closes itself.
  Process watch(folder.path(), {"watch", saved, "--episodes", "1", "--speed", "8"}, true);
  CHECK(watch.wait() == 0);
  CHECK(watch.out().find("episode 1: return -13 in 13 steps, terminated") != std::string::npos);
}

TEST_CASE("play: in real time the clock runs once a key was pressed, and held keys count") {
  const TemporaryFolder folder;
  const std::string saved = (folder / "mine.episode").string();
  Process process(folder.path(), {"play", "cart_pole", "--save", saved}, true);
  type(process, "sandlot play: cart_pole", "xdotool keydown Right");
  CHECK(wait_until(10, [&] { return std::filesystem::exists(saved); }));
  type(process, "sandlot play: cart_pole", "xdotool keyup Right key Escape");
  CHECK(process.wait() == 0);
  const PlayedEpisode episode = load_episode(saved).episode;
  CHECK(episode.length < 15);  // pushing to one side fells the pole within a dozen steps
  for (const auto action : episode.actions) CHECK(action == 1);
}

TEST_CASE("watch: pauses, steps, goes to the next episode and closes by key") {
  const TemporaryFolder folder;
  write_text(folder / "r.yaml",
             "name: r\nenvironment: {name: mountain_car}\nagent: {name: random}\n"
             "training: {episodes: 2, evaluate: {episodes: 1}}\n");
  const std::string runs = (folder / "runs").string();
  REQUIRE(run(folder.path(), {"train", (folder / "r.yaml").string(), "--out", runs}).code == 0);
  Process process(folder.path(), {"watch", runs}, true);
  type(process, "sandlot: r", "xdotool key --delay 60 space Right Right n plus space");
  type(process, "sandlot: r", "sleep 0.3; xdotool key Escape");
  CHECK(process.wait() == 0);
  CHECK(process.out() == "");  // 200 steps take longer than that: no episode came to its end
  Process fast(folder.path(), {"watch", runs, "--episodes", "2", "--speed", "64"}, true);
  CHECK(fast.wait() == 0);
  CHECK(fast.out().find("episode 2: return -200 in 200 steps, truncated") != std::string::npos);
}
