// What a step allocates.
#include <doctest/doctest.h>

#include "envs/platformer/platformer.h"
#include "sim/core/batch.h"
#include "tests/allocations.h"

using namespace sandlot;
using namespace sandlot::platformer;

TEST_CASE("a step allocates nothing, nor does a batch that restarts levels it has seen") {
  for (const auto kind : {ObservationKind::tiles, ObservationKind::features, ObservationKind::cells,
                          ObservationKind::pixels}) {
    PlatformerSettings settings;
    settings.observation = kind;
    settings.levels.generator.difficulty = 0.8;
    settings.levels.generator.length = 60;
    settings.levels.generator.seeds = {0, 4};
    settings.time_limit = 5;
    Batch<Platformer> batch(4, {}, 1, 1, [&] { return Platformer(settings); });
    batch.reset();
    std::vector<std::int32_t> actions(4);
    Random random(2);
    int episodes = 0;
    const auto run = [&](int steps) {
      for (int i = 0; i < steps; ++i) {
        if (i % 12 == 0)
          for (auto& action : actions) action = static_cast<std::int32_t>(1 + random.below(4));
        batch.step({.discrete = actions});
        episodes += static_cast<int>(batch.finished().size());
      }
    };
    run(4000);  // every level has been made by now
    const long before = allocations;
    episodes = 0;
    run(4000);
    CHECK(allocations == before);
    CHECK(episodes > 10);
  }
  CHECK(allocations > 0);
}
