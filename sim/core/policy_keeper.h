// PolicyKeeper: a training that can keep the policy of a moment, such as the champion of a
// generation, beside the one at the end. A TrainingContext may be one.
#pragma once

#include <cstdint>

namespace sandlot {

class PolicyKeeper {
 public:
  virtual ~PolicyKeeper() = default;
  // The agent's policy as it is now, under a number.
  virtual void keep_policy(std::int64_t number) = 0;
};

}  // namespace sandlot
