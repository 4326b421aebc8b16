package dev.lamina.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/** What the machine says about its processor. */
final class Processor {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  private Processor() {}

  /** Returns the processor's name, or its architecture if the system does not tell. */
  static String name() {
    return fromCpuInfo(CPU_INFO)
        .or(Processor::fromSysctl)
        .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")))
        .orElse(System.getProperty("os.arch"));
  }

  /**
   * Reads the name from Linux's list of processors.
   *
   * @param file {@code /proc/cpuinfo}, or something else in a test
   */
  static Optional<String> fromCpuInfo(Path file) {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.flatMap(line -> modelName(line).stream()).findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional
          .empty(); // no Linux, or a sandbox that hides the file: the next source is asked
    }
  }

  private static Optional<String> modelName(String line) {
    int colon = line.indexOf(':');
    boolean names = colon > 0 && line.substring(0, colon).strip().equals("model name");
    String name = names ? line.substring(colon + 1).strip() : "";
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /** Asks macOS. */
  private static Optional<String> fromSysctl() {
    if (!System.getProperty("os.name").startsWith("Mac")) {
      return Optional.empty();
    }
    try {
      Process process =
          new ProcessBuilder(List.of("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")).start();
      try (BufferedReader out = process.inputReader()) {
        String line = out.readLine();
        boolean ended = process.waitFor(5, TimeUnit.SECONDS);
        return ended && line != null && !line.isBlank()
            ? Optional.of(line.strip())
            : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty(); // the architecture is named instead
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Returns the machine's (or container's) physical memory in bytes. */
  static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /**
   * Returns the bytes of memory that can be taken without anything being swapped out: what Linux
   * says, which counts files that it keeps in memory, or else what is free.
   */
  static long availableBytes() {
    try (Stream<String> lines = Files.lines(MEMORY_INFO, StandardCharsets.UTF_8)) {
      long available =
          lines
              .filter(line -> line.startsWith("MemAvailable:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
              .findFirst()
              .orElseGet(Processor::freeBytes);
      return Math.min(available, memoryBytes());
    } catch (IOException | UncheckedIOException e) {
      return freeBytes(); // no Linux, or a sandbox that hides the file
    }
  }

  private static long freeBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getFreeMemorySize();
  }

  /** Returns the bits of the vectors that entry programs compute with. */
  static int vectorBits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }
}
