package dev.lamina.cuda;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernels.DeviceCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Makes the {@code cuda} backend with a GPU that the processor imitates, for tests. It is not
 * registered as a service: nothing chooses it but a program that names it.
 */
public final class EmulatedBackendProvider implements BackendProvider {
  private static final long STAGING = 64 << 10;

  private final long memoryBytes;
  private final long seed;
  private final long keptBytes;

  /**
   * Creates the provider.
   *
   * @param memoryBytes memory of the imitated device
   * @param seed order of threads within blocks and of work between streams; results do not depend
   *     on it
   * @param keptBytes device memory that is kept for reuse; 0 poisons and guards every allocation
   */
  public EmulatedBackendProvider(long memoryBytes, long seed, long keptBytes) {
    this.memoryBytes = memoryBytes;
    this.seed = seed;
    this.keptBytes = keptBytes;
  }

  /** Loads the library when it is first asked for. */
  private static final class Library {
    static final EmulationLibrary LOADED = load();

    private Library() {}

    private static EmulationLibrary load() {
      try {
        Path folder = Files.createTempDirectory("lamina-emulation");
        Path file = DeviceCode.extractEmulation(folder);
        EmulationLibrary library = new EmulationLibrary(file);
        // A loaded library stays where the system mapped it.
        Files.delete(file);
        Files.delete(folder);
        return library;
      } catch (IOException e) {
        throw new UncheckedIOException("emulation: cannot use a temporary folder", e);
      }
    }
  }

  @Override
  public BackendId id() {
    return BackendId.CUDA;
  }

  @Override
  public Availability probe(LaminaConfig config) {
    return DeviceCode.hasEmulation()
        ? new Available(info(config))
        : new Unavailable(
            Reason.NO_DEVICE_CODE,
            "this build of Lamina has no emulation of device code",
            "build it on Linux with g++ 12 or later",
            Optional.empty());
  }

  private DeviceInfo info(LaminaConfig config) {
    return new DeviceInfo(
        EmulatedDriver.NAME,
        memoryBytes,
        config.cpuThreads(),
        "device functions on the processor, seed " + seed);
  }

  @Override
  public Backend open(LaminaConfig config) {
    DeviceContext context = openContext(config);
    return new CudaBackend(info(config), context, new OwnBlas(context), config);
  }

  /** Opens the imitated device alone. */
  DeviceContext openContext(LaminaConfig config) {
    return openContext(config, UnaryOperator.identity());
  }

  /** Opens the imitated device alone, with something around its driver. */
  DeviceContext openContext(LaminaConfig config, UnaryOperator<CudaDriver> around) {
    return new DeviceContext(
        around.apply(new EmulatedDriver(Library.LOADED, memoryBytes, seed, config.cpuThreads())),
        new MemoryBudget(config.memoryBudget()),
        new DeviceContext.Settings(STAGING, keptBytes));
  }
}
