#include "learners/classical/register.h"

namespace sandlot {

void register_classical(Registry&) {}

}  // namespace sandlot
