package dev.lamina.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The compiled device code that the build packed: for each module PTX, which any newer GPU's driver
 * translates, and machine code for some GPUs. Without nvcc the build packs none; without g++ no
 * emulation.
 */
public final class DeviceCode {

  /**
   * Code for one kind of GPU.
   *
   * @param target {@code sm_…} for machine code, {@code compute_…} for PTX
   * @param major least compute capability, major number
   * @param minor least compute capability, minor number
   */
  public record Target(String target, int major, int minor) {
    private String suffix() {
      return target.startsWith("sm_") ? target + ".cubin" : target + ".ptx";
    }

    /**
     * {@return whether a device runs this code} Machine code runs on its own major version only,
     * and code with architecture-specific features (a trailing {@code a}) on its own version only;
     * PTX on everything newer.
     *
     * @param deviceMajor the device's compute capability, major number
     * @param deviceMinor the device's compute capability, minor number
     */
    public boolean runsOn(int deviceMajor, int deviceMinor) {
      if (target.startsWith("compute_")) {
        return deviceMajor > major || (deviceMajor == major && deviceMinor >= minor);
      }
      return deviceMajor == major
          && (target.endsWith("a") ? deviceMinor == minor : deviceMinor >= minor);
    }
  }

  /** All targets that a build with nvcc packs; the most specific ones first. */
  public static final List<Target> TARGETS =
      List.of(
          new Target("sm_100", 10, 0),
          new Target("sm_90a", 9, 0),
          new Target("sm_80", 8, 0),
          new Target("compute_75", 7, 5));

  private static final String EMULATION = "lamina-emulation.so";

  private DeviceCode() {}

  /** {@return the targets that were packed; empty if the build had no nvcc} */
  public static List<Target> packed() {
    List<Target> packed = new ArrayList<>();
    for (Target target : TARGETS) {
      if (DeviceFunction.modules().stream().allMatch(m -> has(m + "." + target.suffix()))) {
        packed.add(target);
      }
    }
    return packed;
  }

  /**
   * {@return the best packed target for a device, if there is one}
   *
   * @param major the device's compute capability, major number
   * @param minor the device's compute capability, minor number
   */
  public static Optional<Target> best(int major, int minor) {
    return packed().stream().filter(t -> t.runsOn(major, minor)).findFirst();
  }

  /**
   * {@return a module's code: a cubin, or PTX text followed by a zero byte, as {@code
   * cuModuleLoadData} takes them}
   *
   * @param module one of {@link DeviceFunction#modules()}
   * @param target one of {@link #packed()}
   * @throws IllegalArgumentException if there is no such code
   */
  public static byte[] code(String module, Target target) {
    String name = module + "." + target.suffix();
    byte[] bytes =
        read(name)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "device code: expected resource %s, packed targets are %s"
                        .formatted(name, packed())));
    return target.target().startsWith("compute_") ? Arrays.copyOf(bytes, bytes.length + 1) : bytes;
  }

  /** {@return whether the build packed the emulation} */
  public static boolean hasEmulation() {
    return has(EMULATION);
  }

  /**
   * Writes the emulation's shared library, whose interface {@code kernels/emulation/emulation.h}
   * describes.
   *
   * @param folder an existing folder that no other process writes to
   * @return the library's file
   * @throws IllegalStateException if the build packed none
   */
  public static Path extractEmulation(Path folder) {
    byte[] bytes =
        read(EMULATION)
            .orElseThrow(() ->
                new IllegalStateException(
                    "emulation: this build has none; it needs g++ 12 or newer when it is built"));
    try {
      return Files.write(folder.resolve(EMULATION), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("emulation: cannot write " + folder.resolve(EMULATION), e);
    }
  }

  private static boolean has(String name) {
    return DeviceCode.class.getResource(name) != null;
  }

  private static Optional<byte[]> read(String name) {
    try (InputStream in = DeviceCode.class.getResourceAsStream(name)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("device code: cannot read resource " + name, e);
    }
  }
}
