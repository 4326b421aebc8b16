package dev.lamina.cli;

import java.util.List;

/**
 * One thing that the JVM must have.
 *
 * @param name what is needed
 * @param passed whether it is there
 * @param found what was found
 * @param remedy what to do if it is not there
 */
record JvmCheck(String name, boolean passed, String found, String remedy) {

  /** The first JDK in which pinned arrays stay where they are under G1 (JDK-8377811). */
  private static final Runtime.Version LEAST = Runtime.Version.parse("25.0.3");

  static List<JvmCheck> all() {
    return List.of(
        jdk(Runtime.version()),
        vector(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()),
        nativeAccess(JvmCheck.class.getModule().isNativeAccessEnabled()));
  }

  static JvmCheck jdk(Runtime.Version version) {
    return new JvmCheck(
        "JDK 25.0.3 or later",
        version.compareToIgnoreOptional(LEAST) >= 0,
        version.toString(),
        "install a newer JDK 25; earlier builds may move arrays that native code uses (JDK-8377811)");
  }

  static JvmCheck vector(boolean present) {
    return new JvmCheck(
        "Vector API",
        present,
        present ? "module jdk.incubator.vector" : "missing",
        "run with --add-modules jdk.incubator.vector");
  }

  static JvmCheck nativeAccess(boolean enabled) {
    return new JvmCheck(
        "native access",
        enabled,
        enabled ? "enabled" : "not enabled",
        "run with --enable-native-access=ALL-UNNAMED");
  }

  @Override
  public String toString() {
    String line = "%-7s %s: %s".formatted(passed ? "ok" : "MISSING", name, found);
    return passed ? line : line + "\n          → " + remedy;
  }
}
