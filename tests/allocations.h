// Counts what the program allocates.
#pragma once

#include <atomic>

namespace sandlot {
extern std::atomic<long> allocations;
}
