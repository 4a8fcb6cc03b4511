// What LeakSanitizer should not report, in sanitised programs alone: fontconfig keeps its
// configuration until the program ends.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
