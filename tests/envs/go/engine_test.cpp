// Programs that play the other side of the world `go`, and those that misbehave.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "envs/go/go.h"
#include "tests/envs/go/world.h"

using namespace sandlot;
using namespace sandlot::go;

namespace {

// An engine in a few lines of shell, which answers a genmove with `answer`.
std::vector<std::string> shell(const std::string& answer) {
  return {"/bin/sh", "-c",
          "while read -r line; do case \"$line\" in genmove*) " + answer +
              ";; *) printf '= \\n\\n';; esac; done"};
}

std::string error_of(const std::vector<std::string>& command, double timeout = 5) {
  Go::Settings settings;
  settings.size = 5;
  settings.opponent = Go::Opponent::gtp;
  settings.color = Go::Side::black;
  settings.engine = {command, timeout};
  Go world(settings);
  world.reset(1);
  try {
    play(world, "C3");
  } catch (const EngineError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("go world: a program plays the other side") {
  Go::Settings settings;
  settings.size = 5;
  settings.opponent = Go::Opponent::gtp;
  settings.color = Go::Side::black;
  settings.engine = {shell("printf '= A1\\n\\n'"), 5};
  Go world(settings);
  world.reset(1);
  CHECK(play(world, "C3").status == Status::running);
  CHECK(world.state().board().at(world.state().board().vertex(4, 0)) == kWhite);
  settings.engine.command = shell("printf '=7  ReSign \\r\\n\\n'");
  Go other(settings);
  other.reset(1);
  const StepResult end = play(other, "C3");
  CHECK(end.status == Status::terminated);
  CHECK(end.reward == 1);
}

TEST_CASE("go world: an engine that misbehaves is named, with what it said") {
  CHECK(error_of({"/nowhere/engine"}) ==
        "GTP engine '/nowhere/engine': cannot be started: No such file or directory");
  CHECK(error_of({"/bin/true"}).starts_with("GTP engine '/bin/true': "));
  CHECK(error_of(shell("exit")) ==
        "GTP engine '/bin/sh': ended without an answer to 'genmove white'");
  CHECK(error_of(shell("printf '? no idea\\n\\n'")) ==
        "GTP engine '/bin/sh': refused 'genmove white': no idea");
  CHECK(
      error_of(shell("printf 'hello\\n\\n'")) ==
      "GTP engine '/bin/sh': answered 'hello' to 'genmove white'; expected a line that begins with "
      "= or ?");
  CHECK(error_of(shell("printf '= Z9\\n\\n'")) ==
        "GTP engine '/bin/sh': answered 'Z9' to 'genmove white'; expected a vertex");
  CHECK(error_of(shell("printf '= C3\\n\\n'")) ==
        "GTP engine '/bin/sh': plays C3, which these rules do not allow");
  CHECK(error_of(shell("sleep 9"), 0.2) ==
        "GTP engine '/bin/sh': gave no answer to 'genmove white' in time");
}

TEST_CASE("go world: an engine that dies once is started again and told the game") {
  const auto mark = std::filesystem::temp_directory_path() / "sandlot-go-engine-died";
  std::filesystem::remove(mark);
  const std::string script = "if [ -e " + mark.string() +
                             " ]; then printf '= E5\\n\\n'; else touch " + mark.string() +
                             "; exit; fi";
  CHECK(error_of(shell(script)) == "");
  CHECK(std::filesystem::exists(mark));
  std::filesystem::remove(mark);
}
