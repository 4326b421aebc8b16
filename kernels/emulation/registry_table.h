/* Makes an entry of the table of device functions: unpacks the arguments, of which each is 8 bytes wide. */
#pragma once

#include <utility>

#include "registry.h"

template <auto FUNCTION>
struct EmulatedCall;

template <class... Arguments, void (*FUNCTION)(Arguments...)>
struct EmulatedCall<FUNCTION> {
  static constexpr int PARAMETERS = sizeof...(Arguments);
  static_assert(((sizeof(Arguments) == 8) && ...), "all arguments are 8 bytes wide");

  template <std::size_t... INDEX>
  __attribute__((no_sanitize("kernel-address"))) static void unpack(void** parameters, std::index_sequence<INDEX...>) {
    FUNCTION(*static_cast<Arguments*>(parameters[INDEX])...);
  }

  __attribute__((no_sanitize("kernel-address"))) static void call(void** parameters) {
    unpack(parameters, std::make_index_sequence<sizeof...(Arguments)>());
  }
};

#define EMULATED(function) \
  { #function, EmulatedCall<&function>::PARAMETERS, EmulatedCall<&function>::call }
