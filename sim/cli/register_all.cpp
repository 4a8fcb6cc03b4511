#include "sim/cli/register_all.h"

#include "agents/alpha_zero/register.h"
#include "agents/dqn/register.h"
#include "agents/fitted/register.h"
#include "agents/genetic/register.h"
#include "agents/imitation/register.h"
#include "agents/ppo/register.h"
#include "agents/search/register.h"
#include "agents/tabular/register.h"
#include "envs/city/register.h"
#include "envs/classic/register.h"
#include "envs/go/register.h"
#include "envs/platformer/register.h"
#include "learners/classical/register.h"
#include "learners/cluster/register.h"
#include "learners/decompose/register.h"
#include "learners/encoders/register.h"
#include "learners/ensemble/register.h"
#include "learners/features/register.h"
#include "learners/network/register.h"

namespace sandlot {

void register_all(Registry& registry) {
  register_platformer(registry);
  register_classic(registry);
  register_city(registry);
  register_go(registry);
  register_tabular(registry);
  register_dqn(registry);
  register_ppo(registry);
  register_imitation(registry);
  register_fitted(registry);
  register_genetic(registry);
  register_search(registry);
  register_alpha_zero(registry);
  register_features(registry);
  register_networks(registry);
  register_classical(registry);
  register_ensemble(registry);
  register_clusterers(registry);
  register_decompositions(registry);
  register_encoders(registry);
}

}  // namespace sandlot
