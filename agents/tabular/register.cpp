#include "agents/tabular/register.h"

#include "agents/tabular/double_q_learning.h"
#include "agents/tabular/dyna_q.h"
#include "agents/tabular/expected_sarsa.h"
#include "agents/tabular/monte_carlo.h"
#include "agents/tabular/n_step_sarsa.h"
#include "agents/tabular/planning.h"
#include "agents/tabular/prioritized_sweeping.h"
#include "agents/tabular/q_lambda.h"
#include "agents/tabular/q_learning.h"
#include "agents/tabular/random_agent.h"
#include "agents/tabular/sarsa.h"
#include "agents/tabular/sarsa_lambda.h"
#include "agents/tabular/td_prediction.h"

namespace sandlot {

void register_tabular(Registry& registry) {
  registry.add_agent<QLearning>("q_learning",
                                "Off-policy control by the best next value (Watkins 1989)");
  registry.add_agent<Sarsa>(
      "sarsa", "On-policy control by the next action's value (Rummery & Niranjan 1994)");
  registry.add_agent<ExpectedSarsa>(
      "expected_sarsa", "SARSA with the expectation over next actions (van Seijen et al. 2009)");
  registry.add_agent<DoubleQLearning>("double_q_learning",
                                      "Two tables, against maximisation bias (van Hasselt 2010)");
  registry.add_agent<NStepSarsa>("n_step_sarsa",
                                 "SARSA over n rewards (Sutton & Barto, sections 7.2 and 10.2)");
  registry.add_agent<SarsaLambda>("sarsa_lambda",
                                  "SARSA with eligibility traces (Sutton & Barto, section 12.7)");
  registry.add_agent<QLambda>("q_lambda", "Watkins's Q(λ): traces cut by exploring (Watkins 1989)");
  registry.add_agent<MonteCarlo>("monte_carlo",
                                 "Control by whole returns (Sutton & Barto, sections 5.3 and 5.4)");
  registry.add_agent<DynaQ>("dyna_q",
                            "Q-learning that also learns from a model of the map (Sutton 1990)");
  registry.add_agent<DynaQPlus>("dyna_q_plus",
                                "Dyna-Q with a bonus for what was long not tried (Sutton 1990)");
  registry.add_agent<PrioritizedSweeping>(
      "prioritized_sweeping", "Model updates where they matter most (Moore & Atkeson 1993)");
  registry.add_agent<ValueIteration>("value_iteration",
                                     "Solves a world that gives its model (Bellman 1957)");
  registry.add_agent<PolicyIteration>("policy_iteration",
                                      "Solves a world that gives its model (Howard 1960)");
  registry.add_agent<TdPrediction>(
      "td_prediction", "The values of acting at random: TD(0), Monte Carlo, n-step TD, TD(λ)");
  registry.add_agent<RandomAgent>("random", "The baseline: acts at random and learns nothing");
}

}  // namespace sandlot
