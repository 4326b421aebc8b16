package dev.lamina.cpu;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.config.LaminaConfig;
import java.util.Optional;

/** Makes the {@code cpu} backend: OpenBLAS for products, the Vector API for entry programs. */
public final class CpuBackendProvider implements BackendProvider {

  /** Creates the provider. */
  public CpuBackendProvider() {}

  @Override
  public BackendId id() {
    return BackendId.CPU;
  }

  @Override
  public Availability probe(LaminaConfig config) {
    Optional<String> vectors = vectorObstacle();
    if (vectors.isPresent()) {
      return new Unavailable(
          Reason.UNSUPPORTED_PLATFORM,
          vectors.get(),
          "start Java with --add-modules jdk.incubator.vector",
          Optional.empty());
    }
    return availability(OpenBlas.status(), config.cpuThreads());
  }

  private static Optional<String> vectorObstacle() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? Optional.empty()
        : Optional.of("the module jdk.incubator.vector is not loaded");
  }

  /**
   * Says what the state of the library means for the backend.
   *
   * @param library the outcome of loading it
   * @param threads threads that the backend would use
   */
  static Availability availability(OpenBlas.Status library, int threads) {
    return switch (library) {
      case OpenBlas.Loaded loaded -> new Available(device(loaded, threads));
      case OpenBlas.Missing missing ->
          new Unavailable(
              Reason.NATIVE_LIBRARY,
              missing.reason(),
              missing.remedy(),
              Optional.of(missing.cause()));
    };
  }

  private static DeviceInfo device(OpenBlas.Loaded library, int threads) {
    return new DeviceInfo(
        Processor.name(),
        Processor.memoryBytes(),
        threads,
        "%d-bit vectors, %s for %s"
            .formatted(Processor.vectorBits(), library.version(), library.core()));
  }

  @Override
  public Backend open(LaminaConfig config) {
    return switch (probe(config)) {
      case Available available -> new CpuBackend(available.device(), config);
      case Unavailable obstacle ->
          throw new IllegalStateException(
              "the cpu backend cannot be opened: %s; %s"
                  .formatted(obstacle.detail(), obstacle.remedy()),
              obstacle.cause().orElse(null));
    };
  }
}
