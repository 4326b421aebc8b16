package dev.lamina.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/**
 * Whether JCuda's driver binding loads. A class that failed to load once fails again with a message
 * that says nothing, so the first failure is kept.
 */
final class DriverLibrary {
  /** The driver on the loader's path, in containers, and under Windows. */
  private static final List<String> PLACES =
      List.of(
          "libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1");

  private DriverLibrary() {}

  private static final class Attempt {
    static final Optional<LinkageError> FAILURE = load();

    private Attempt() {}

    private static Optional<LinkageError> load() {
      preload(PLACES);
      try {
        jcuda.driver.JCudaDriver.setExceptionsEnabled(false);
        return Optional.empty();
      } catch (LinkageError e) {
        return Optional.of(e);
      }
    }
  }

  /**
   * Loads the first library that is there; JCuda's binding, which needs one of that name, then
   * takes the loaded one.
   *
   * @param places names and files
   * @return the one that was loaded
   */
  static Optional<String> preload(List<String> places) {
    return places.stream().filter(DriverLibrary::loads).findFirst();
  }

  /** Tries a place; what to say of a driver that is nowhere is said when JCuda does not load. */
  @SuppressWarnings("restricted") // loading a library is what this method is for
  private static boolean loads(String place) {
    try {
      SymbolLookup.libraryLookup(place, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns what went wrong when the binding was first loaded. */
  static Optional<LinkageError> failure() {
    return Attempt.FAILURE;
  }
}
