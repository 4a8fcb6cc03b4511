#include <filesystem>
#include <system_error>

#include "agents/dqn/replay.h"

namespace sandlot {

void ReplaySettings::fields(Fields& f) {
  f.integer("capacity", capacity,
            "steps kept, over all copies; the last observation of an episode counts as one",
            Range::between(2, 1e9));
  f.boolean("prioritized", prioritized,
            "sample what had large errors more often (Schaul et al. 2016)");
  f.when(prioritized, "prioritized: true", [&] {
    f.number("alpha", alpha, "priorities are (|error| + epsilon)^alpha; 0: uniform",
             Range::between(0, 1));
    f.schedule("beta", beta, "exponent of the importance weights; 1 makes up for all of the bias",
               Range::between(0, 1));
    f.number("epsilon", epsilon, "added to each error, so that none is never sampled",
             Range::above(0));
  });
  f.choice("storage", storage,
           {{"automatic", ReplayStorage::automatic},
            {"bytes", ReplayStorage::bytes},
            {"floats", ReplayStorage::floats}},
           "of observations; automatic: bytes where they hold the values without loss");
  f.text("memory_map", memory_map,
         "a folder on a disk that holds the observations instead of the memory; \"\": none");
}

void ReplaySettings::check(const Space& observation, int copies, Issues& issues, int frame_stack,
                           int n_step) const {
  const std::int64_t least = std::int64_t{copies} * (std::int64_t{frame_stack} + n_step);
  if (capacity < least)
    issues.add("capacity", "expected at least " + std::to_string(least) +
                               ": for each copy of the world the frames of an observation and the "
                               "steps of a return");
  if (storage == ReplayStorage::bytes && !observation.fits_bytes())
    issues.add("storage", "a byte does not hold this world's observations without loss, " +
                              observation.describe() +
                              (observation.is_discrete() ? " has more than 256 values"
                                                         : " is not made of 256 even steps") +
                              ": expected automatic or floats");
  std::error_code error;
  if (!memory_map.empty() && !std::filesystem::is_directory(memory_map, error))
    issues.add("memory_map", "expected a folder that exists; there is none at " + memory_map);
}

}  // namespace sandlot
