#include "envs/city/register.h"

#include "envs/city/city.h"
#include "sim/core/registry.h"

namespace sandlot {

void register_city(Registry& registry) {
  registry.add_environment<City>("city",
                                 "Drive a car through a town with traffic and pedestrians.");
}

}  // namespace sandlot
