#include "agents/fitted/register.h"

#include "agents/fitted/classification_policy_iteration.h"
#include "agents/fitted/fitted_q.h"
#include "agents/fitted/lspi.h"
#include "agents/fitted/td_control.h"

namespace sandlot {

void register_fitted(Registry& registry) {
  registry.add_agent<FittedQ>(
      "fitted_q", "Batch Q-learning with any regressor (Ernst, Geurts & Wehenkel 2005)");
  registry.add_agent<Lspi>("lspi", "Least-squares policy iteration (Lagoudakis & Parr 2003)");
  registry.add_agent<TdControl>("td_control",
                                "Q-learning and SARSA with any regressor that learns step by step");
  registry.add_agent<ClassificationPolicyIteration>(
      "classification_policy_iteration",
      "A classifier of the actions that rollouts find best (Lagoudakis & Parr 2003)");
}

}  // namespace sandlot
