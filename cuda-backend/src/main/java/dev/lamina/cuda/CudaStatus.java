package dev.lamina.cuda;

import dev.lamina.backend.DeviceException;

/**
 * What a status of the CUDA driver means.
 *
 * @param code the driver's number
 * @param name the driver's name
 * @param remedy what helps
 */
record CudaStatus(int code, String name, String remedy) {
  static final int SUCCESS = 0;
  static final int OUT_OF_MEMORY = 2;
  static final int STUB_LIBRARY = 34;
  static final int INSUFFICIENT_DRIVER = 35;
  static final int NO_DEVICE = 100;
  static final int INVALID_DEVICE = 101;
  static final int NO_BINARY_FOR_GPU = 209;
  static final int UNSUPPORTED_PTX_VERSION = 222;
  static final int NOT_FOUND = 500;

  private static final String DEFECT =
      "this is a defect of Lamina; please report it with what was being computed";
  private static final String RESTART =
      "the device's context is lost: close this backend and open it again";

  /**
   * Returns what is known of a status.
   *
   * @param code the driver's number, not 0
   */
  static CudaStatus of(int code) {
    return switch (code) {
      case 1 -> new CudaStatus(code, "CUDA_ERROR_INVALID_VALUE", DEFECT);
      case OUT_OF_MEMORY ->
          new CudaStatus(
              code,
              "CUDA_ERROR_OUT_OF_MEMORY",
              "close device matrices or other programs on the device, or lower lamina.memory-budget");
      case 3 -> new CudaStatus(code, "CUDA_ERROR_NOT_INITIALIZED", DEFECT);
      case 4 -> new CudaStatus(code, "CUDA_ERROR_DEINITIALIZED", RESTART);
      case STUB_LIBRARY ->
          new CudaStatus(
              code,
              "CUDA_ERROR_STUB_LIBRARY",
              "the library that was loaded is the toolkit's stub: take its folder out of LD_LIBRARY_PATH");
      case INSUFFICIENT_DRIVER ->
          new CudaStatus(code, "CUDA_ERROR_INSUFFICIENT_DRIVER", "install a newer NVIDIA driver");
      case 46 ->
          new CudaStatus(
              code,
              "CUDA_ERROR_DEVICE_UNAVAILABLE",
              "another program uses the device exclusively: end it or choose another lamina.cuda.device");
      case NO_DEVICE ->
          new CudaStatus(
              code,
              "CUDA_ERROR_NO_DEVICE",
              "check with nvidia-smi that the GPU is seen, and CUDA_VISIBLE_DEVICES");
      case INVALID_DEVICE ->
          new CudaStatus(
              code, "CUDA_ERROR_INVALID_DEVICE", "set lamina.cuda.device to one that doctor lists");
      case 200 -> new CudaStatus(code, "CUDA_ERROR_INVALID_IMAGE", DEFECT);
      case 201 -> new CudaStatus(code, "CUDA_ERROR_INVALID_CONTEXT", DEFECT);
      case NO_BINARY_FOR_GPU ->
          new CudaStatus(
              code,
              "CUDA_ERROR_NO_BINARY_FOR_GPU",
              "Lamina's device code needs compute capability 7.5 or later");
      case 218 -> new CudaStatus(code, "CUDA_ERROR_INVALID_PTX", DEFECT);
      case UNSUPPORTED_PTX_VERSION ->
          new CudaStatus(
              code, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "install a newer NVIDIA driver");
      case NOT_FOUND -> new CudaStatus(code, "CUDA_ERROR_NOT_FOUND", DEFECT);
      case 700 -> new CudaStatus(code, "CUDA_ERROR_ILLEGAL_ADDRESS", RESTART);
      case 701 -> new CudaStatus(code, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", DEFECT);
      case 702 ->
          new CudaStatus(
              code,
              "CUDA_ERROR_LAUNCH_TIMEOUT",
              "the device also drives a display, which stops long launches; lower lamina.memory-budget or use another GPU");
      case 719 -> new CudaStatus(code, "CUDA_ERROR_LAUNCH_FAILED", RESTART);
      case 802 ->
          new CudaStatus(
              code,
              "CUDA_ERROR_SYSTEM_NOT_READY",
              "the GPU's system services do not run: start nvidia-fabricmanager");
      case 803 ->
          new CudaStatus(
              code,
              "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
              "the driver's kernel module and library have different versions: restart the machine");
      default -> new CudaStatus(code, "CUDA_ERROR", "look the number up in NVIDIA's CUresult list");
    };
  }

  /**
   * Throws unless a status is 0.
   *
   * @param code what the driver returned
   * @param operation what was being done
   */
  static void require(int code, String operation) {
    if (code != SUCCESS) {
      throw of(code).exception(operation);
    }
  }

  /** Returns the exception for this status. */
  DeviceException exception(String operation) {
    return new DeviceException(operation, code, name, remedy);
  }
}
