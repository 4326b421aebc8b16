package dev.lamina.cuda;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.backend.Finding;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.CudaDriver.DeviceProperties;
import dev.lamina.kernels.DeviceCode;
import dev.lamina.kernels.DeviceFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Makes the {@code cuda} backend: an NVIDIA GPU through JCuda and cuBLAS. */
public final class CudaBackendProvider implements BackendProvider {
  private static final long STAGING = 16L << 20;

  /** Share of the device's memory that is kept for reuse at most. */
  private static final int KEPT_SHARE = 4;

  private final CudaSystemView system;

  /** Creates the provider. */
  public CudaBackendProvider() {
    this(CudaSystemView.ofMachine());
  }

  CudaBackendProvider(CudaSystemView system) {
    this.system = system;
  }

  @Override
  public BackendId id() {
    return BackendId.CUDA;
  }

  @Override
  public Availability probe(LaminaConfig config) {
    return new CudaProbe(system).probe(config.cuda().device());
  }

  @Override
  public List<Finding> findings(LaminaConfig config) {
    List<Finding> findings = new ArrayList<>();
    Optional<Unavailable> obstacle = new CudaProbe(system).driverObstacle();
    if (obstacle.isPresent()) {
      Unavailable u = obstacle.get();
      findings.add(Finding.missing("NVIDIA driver", u.detail(), u.remedy()));
    } else {
      findings.add(
          Finding.found(
              "NVIDIA driver", "CUDA " + DeviceProperties.version(system.driverVersion())));
      List<DeviceProperties> devices = system.devices();
      for (int i = 0; i < devices.size(); i++) {
        findings.add(device(i, devices.get(i)));
      }
    }
    findings.add(code());
    findings.add(emulation());
    findings.addAll(search(config).findings());
    return findings;
  }

  private static Finding device(int number, DeviceProperties device) {
    return Finding.found(
        "device " + number,
        String.format(
            Locale.ROOT,
            "%s, %.1f GiB, compute capability %d.%d, %d multiprocessors",
            device.name(),
            device.memoryBytes() / (double) (1L << 30),
            device.major(),
            device.minor(),
            device.multiprocessors()));
  }

  private Finding code() {
    List<DeviceCode.Target> packed = system.packed();
    return packed.isEmpty()
        ? Finding.missing(
            "device code",
            "none in this build: there was no nvcc",
            "build Lamina where CUDA's nvcc 13 is on the PATH")
        : Finding.found("device code", CudaProbe.targets(packed));
  }

  private static Finding emulation() {
    return DeviceCode.hasEmulation()
        ? Finding.found("emulated device", "packed, for tests and `lamina bench --emulated`")
        : Finding.missing(
            "emulated device",
            "none in this build: for tests only",
            "optional: build Lamina where g++ 12 or newer is on the PATH");
  }

  private static BlasSearch search(LaminaConfig config) {
    return new BlasSearch(LibrarySearch.ofProcess(config.cuda().libraryPath()));
  }

  @Override
  public Backend open(LaminaConfig config) {
    return switch (probe(config)) {
      case Available available -> open(config, available.device());
      case Unavailable obstacle ->
          throw new IllegalStateException(
              "the cuda backend cannot be opened: %s; %s"
                  .formatted(obstacle.detail(), obstacle.remedy()),
              obstacle.cause().orElse(null));
    };
  }

  private static Backend open(LaminaConfig config, DeviceInfo device) {
    DeviceContext context = context(config, device, UnaryOperator.identity());
    DeviceBlas blas = blas(config, context);
    return new CudaBackend(described(device, blas), context, blas, config);
  }

  /**
   * Opens a device alone.
   *
   * @param config the settings in force
   * @param device what probing it found
   * @param around puts something around its driver
   */
  static DeviceContext context(
      LaminaConfig config, DeviceInfo device, UnaryOperator<CudaDriver> around) {
    JCudaDriver driver = new JCudaDriver(config.cuda().device());
    boolean done = false;
    try {
      load(driver);
      DeviceContext context =
          new DeviceContext(
              around.apply(driver),
              new MemoryBudget(config.memoryBudget()),
              new DeviceContext.Settings(STAGING, device.memoryBytes() / KEPT_SHARE));
      done = true;
      return context;
    } finally {
      if (!done) {
        driver.close();
      }
    }
  }

  /** Opens what multiplies matrices; closes the device if there is nothing that does. */
  static DeviceBlas blas(LaminaConfig config, DeviceContext context) {
    boolean done = false;
    try {
      DeviceBlas blas = search(config).open(context);
      done = true;
      return blas;
    } finally {
      if (!done) {
        context.close();
      }
    }
  }

  /** Describes a device that has been opened. */
  static DeviceInfo described(DeviceInfo device, DeviceBlas blas) {
    return new DeviceInfo(
        device.name(),
        device.memoryBytes(),
        device.parallelism(),
        device.detail() + ", " + blas.description());
  }

  /** Loads every module's code for the device. */
  private static void load(JCudaDriver driver) {
    DeviceProperties device = driver.properties();
    DeviceCode.Target target =
        DeviceCode.best(device.major(), device.minor())
            .orElseThrow(() -> new IllegalStateException("no device code for " + device));
    for (String module : DeviceFunction.modules()) {
      List<String> names =
          Arrays.stream(DeviceFunction.values())
              .filter(function -> function.module().equals(module))
              .map(DeviceFunction::entry)
              .toList();
      driver.load(module + "." + target.target(), DeviceCode.code(module, target), names);
    }
  }
}
