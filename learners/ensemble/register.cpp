#include "learners/ensemble/register.h"

namespace sandlot {

void register_ensemble(Registry&) {}

}  // namespace sandlot
