/* The device functions that the emulation was built with; the build script writes a table for each module. */
#pragma once

struct EmulatedFunction {
  const char* name;  // null after the last of a module
  int parameters;
  void (*call)(void** parameters);
};

/* Null after the last module. */
extern const EmulatedFunction* const emulated_modules[];
