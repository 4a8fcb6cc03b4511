#include "sim/cli/verbs.h"

int main(int argc, char** argv) { return sandlot::run_command_line(argc, argv); }
