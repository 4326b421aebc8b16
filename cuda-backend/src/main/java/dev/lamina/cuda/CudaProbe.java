package dev.lamina.cuda;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.DeviceException;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.cuda.CudaDriver.DeviceProperties;
import dev.lamina.kernels.DeviceCode;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Looks for a usable GPU: a straight line of guards from the native libraries to code for the
 * device, each with its reason and remedy.
 */
final class CudaProbe {
  private static final String SEE_DOCTOR = "; `lamina doctor` shows what was looked for";
  private static final String INSTALL =
      "on a machine with an NVIDIA GPU install NVIDIA's driver; elsewhere set lamina.backend = cpu to choose the processor without this line";

  private final CudaSystemView system;

  CudaProbe(CudaSystemView system) {
    this.system = system;
  }

  /**
   * Probes one device.
   *
   * @param ordinal its number
   */
  Availability probe(int ordinal) {
    try {
      return driverObstacle()
          .<Availability>map(obstacle -> obstacle)
          .orElseGet(() -> device(ordinal));
    } catch (DeviceException e) {
      return new Unavailable(
          Reason.DRIVER, e.operation() + ": " + named(e), e.remedy(), Optional.of(e));
    }
  }

  private static String named(DeviceException e) {
    return "%s (%d)".formatted(e.name(), e.code());
  }

  /** Returns what stands between this process and the driver. */
  Optional<Unavailable> driverObstacle() {
    Optional<LinkageError> failure = system.loadFailure();
    if (failure.isPresent()) {
      return Optional.of(ofLoading(failure.get()));
    }
    int status = system.initialise();
    return status == CudaStatus.SUCCESS ? Optional.empty() : Optional.of(ofStatus(status));
  }

  /** Says what a failure to load JCuda means. */
  static Unavailable ofLoading(LinkageError failure) {
    String message = String.valueOf(failure.getMessage());
    Optional<Throwable> cause = Optional.of(failure);
    if (message.contains("libcuda.so.1") || message.contains("nvcuda.dll")) {
      return new Unavailable(
          Reason.DRIVER, "there is no NVIDIA driver: libcuda.so.1 was not found", INSTALL, cause);
    }
    if (message.contains("No resource found") || failure instanceof NoClassDefFoundError) {
      return new Unavailable(
          Reason.NATIVE_LIBRARY,
          "JCuda's native library for this system is not on the class path",
          "add org.jcuda:jcuda-natives:12.6.0 with the classifier of this system (linux-x86_64 or windows-x86_64)",
          cause);
    }
    return new Unavailable(
        Reason.NATIVE_LIBRARY,
        "JCuda does not load: " + message.lines().findFirst().orElse("no message"),
        "see the cause with --debug" + SEE_DOCTOR,
        cause);
  }

  /** Says what a failure to initialise CUDA means. */
  static Unavailable ofStatus(int code) {
    CudaStatus status = CudaStatus.of(code);
    String named = "(%s, %d)".formatted(status.name(), code);
    return switch (code) {
      case CudaStatus.NO_DEVICE ->
          new Unavailable(
              Reason.NO_DEVICE,
              "the NVIDIA driver finds no GPU " + named,
              status.remedy(),
              Optional.empty());
      case CudaStatus.INSUFFICIENT_DRIVER ->
          new Unavailable(
              Reason.DRIVER,
              "the NVIDIA driver is missing or too old for CUDA 12 " + named,
              status.remedy(),
              Optional.empty());
      default ->
          new Unavailable(
              Reason.DRIVER,
              "the NVIDIA driver does not start " + named,
              status.remedy(),
              Optional.empty());
    };
  }

  private Availability device(int ordinal) {
    List<DeviceProperties> devices = system.devices();
    if (devices.isEmpty()) {
      return ofStatus(CudaStatus.NO_DEVICE);
    }
    if (ordinal >= devices.size()) {
      return new Unavailable(
          Reason.NO_DEVICE,
          "lamina.cuda.device = %d but there are only %s".formatted(ordinal, list(devices)),
          CudaStatus.of(CudaStatus.INVALID_DEVICE).remedy(),
          Optional.empty());
    }
    DeviceProperties device = devices.get(ordinal);
    return codeObstacle(device)
        .<Availability>map(obstacle -> obstacle)
        .orElseGet(() -> new Available(info(device)));
  }

  private static String list(List<DeviceProperties> devices) {
    StringJoiner list = new StringJoiner(", ");
    for (int i = 0; i < devices.size(); i++) {
      list.add(i + " (" + devices.get(i).name() + ")");
    }
    return list.toString();
  }

  private Optional<Unavailable> codeObstacle(DeviceProperties device) {
    List<DeviceCode.Target> packed = system.packed();
    if (packed.isEmpty()) {
      return Optional.of(
          new Unavailable(
              Reason.NO_DEVICE_CODE,
              "this build of Lamina carries no device code: there was no nvcc when it was built",
              "build it where CUDA's nvcc 13 is on the PATH",
              Optional.empty()));
    }
    Optional<DeviceCode.Target> best =
        packed.stream().filter(t -> t.runsOn(device.major(), device.minor())).findFirst();
    if (best.isEmpty()) {
      return Optional.of(
          new Unavailable(
              Reason.NO_DEVICE_CODE,
              "%s has compute capability %d.%d, but device code is for %s"
                  .formatted(device.name(), device.major(), device.minor(), targets(packed)),
              CudaStatus.of(CudaStatus.NO_BINARY_FOR_GPU).remedy(),
              Optional.empty()));
    }
    boolean translated = best.get().target().startsWith("compute_");
    int needed = system.ptxVersion();
    if (translated && device.driverVersion() < needed) {
      return Optional.of(
          new Unavailable(
              Reason.DRIVER,
              "the NVIDIA driver serves CUDA %s, but this build's PTX needs %s"
                  .formatted(
                      DeviceProperties.version(device.driverVersion()),
                      DeviceProperties.version(needed)),
              CudaStatus.of(CudaStatus.UNSUPPORTED_PTX_VERSION).remedy(),
              Optional.empty()));
    }
    return Optional.empty();
  }

  static String targets(List<DeviceCode.Target> packed) {
    return String.join(", ", packed.stream().map(DeviceCode.Target::target).toList());
  }

  /** Describes a device. */
  static DeviceInfo info(DeviceProperties device) {
    return new DeviceInfo(
        device.name(),
        device.memoryBytes(),
        device.multiprocessors(),
        "compute capability %d.%d, driver for CUDA %s"
            .formatted(
                device.major(), device.minor(), DeviceProperties.version(device.driverVersion())));
  }
}
