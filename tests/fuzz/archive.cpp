// Any bytes as an archive's content, behind a header and a checksum that are right: an environment's
// state, an episode file. Either it loads, or ArchiveError says why; never anything else.
#include <cstdint>
#include <filesystem>
#include <unistd.h>

#include "sim/cli/register_all.h"
#include "sim/config/tree.h"
#include "sim/core/archive.h"
#include "sim/experiment/episode_file.h"

using namespace sandlot;

namespace {

void load_state(const Registry& registry, std::string_view name, std::span<const std::byte> bytes) {
  const auto factory = registry.create<EnvironmentFactory>(name);
  const auto world = factory->make({});
  world->reset(1);
  Reader in(bytes);
  try {
    world->load(in);
    // A state that was accepted must be one that can be played.
    std::vector<float> observation(world->spec().observation.size());
    world->observe(observation);
    for (int i = 0; i < 20 && world->step({.index = i % std::max(world->spec().action.n, 1), .values = {}}).status == Status::running; ++i) {
    }
  } catch (const ArchiveError&) {
  } catch (const std::invalid_argument&) {  // an action that is illegal in that state
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Registry* registry = [] {
    auto* all = new Registry;
    register_all(*all);
    return all;
  }();
  if (size == 0) return 0;
  const std::span bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const auto worlds = registry->list(EnvironmentFactory::kind);
  const std::size_t which = data[0] % (worlds.size() + 1);
  if (which < worlds.size()) {
    load_state(*registry, worlds[which].name, bytes);
    return 0;
  }
  const auto path = std::filesystem::temp_directory_path() / ("sandlot-fuzz-" + std::to_string(getpid()));
  Writer content;
  content.write_bytes(bytes.data(), bytes.size());
  save_archive(path, "sandlot episode", 1, content);
  try {
    Replay replay(*registry, load_episode(path), "fuzz");
    for (int i = 0; i < 50 && !replay.done(); ++i) replay.advance();
  } catch (const ConfigError&) {
  } catch (const std::runtime_error&) {  // ArchiveError, and a world that does otherwise
  }
  std::filesystem::remove(path);
  return 0;
}
