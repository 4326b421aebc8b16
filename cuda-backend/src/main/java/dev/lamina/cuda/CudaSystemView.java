package dev.lamina.cuda;

import dev.lamina.cuda.CudaDriver.DeviceProperties;
import dev.lamina.kernels.DeviceCode;
import java.util.List;
import java.util.Optional;

/** What a probe asks the machine. Nothing stays open. */
interface CudaSystemView {

  /** Returns what went wrong when JCuda was loaded. */
  Optional<LinkageError> loadFailure();

  /** Initialises CUDA; returns the driver's status. */
  int initialise();

  /** Returns the newest CUDA version that the driver serves, 13000 for 13.0. */
  int driverVersion();

  /** Returns the devices in the order of their numbers. */
  List<DeviceProperties> devices();

  /** Returns the device code that the build packed. */
  List<DeviceCode.Target> packed();

  /** Returns the CUDA version whose driver translates the packed PTX, 13000 for 13.0. */
  int ptxVersion();

  /** The machine that this runs on. */
  static CudaSystemView ofMachine() {
    return new Machine();
  }

  /** Asks through JCuda. */
  final class Machine implements CudaSystemView {
    private Machine() {}

    @Override
    public Optional<LinkageError> loadFailure() {
      return DriverLibrary.failure();
    }

    @Override
    public int initialise() {
      return jcuda.driver.JCudaDriver.cuInit(0);
    }

    @Override
    public int driverVersion() {
      return JCudaDriver.driverVersion();
    }

    @Override
    public List<DeviceProperties> devices() {
      return java.util.stream.IntStream.range(0, JCudaDriver.count())
          .mapToObj(JCudaDriver::properties)
          .toList();
    }

    @Override
    public List<DeviceCode.Target> packed() {
      return DeviceCode.packed();
    }

    @Override
    public int ptxVersion() {
      return DeviceCode.packed().stream()
          .filter(target -> target.target().startsWith("compute_"))
          .findFirst()
          .map(target -> PtxVersion.cuda(DeviceCode.code("rows", target)))
          .orElse(0);
    }
  }
}
