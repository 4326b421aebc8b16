package dev.lamina.backend;

/**
 * Thrown when a device, its driver or one of its libraries refuses to do what it was asked for.
 *
 * <p>The message names the operation, the driver's own name and number of the error, and what
 * helps.
 */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The number of the error. */
  private final int code;

  /** The name of the error. */
  private final String name;

  /** What was being done. */
  private final String operation;

  /** What helps. */
  private final String remedy;

  /**
   * Creates the exception.
   *
   * @param operation what was being done, with its sizes
   * @param code the driver's number of the error
   * @param name the driver's name of the error
   * @param remedy what the user can do about it
   */
  public DeviceException(String operation, int code, String name, String remedy) {
    super("%s: %s (%d); %s".formatted(operation, name, code, remedy));
    this.code = code;
    this.name = name;
    this.operation = operation;
    this.remedy = remedy;
  }

  /** {@return the driver's number of the error} */
  public int code() {
    return code;
  }

  /** {@return the driver's name of the error, such as {@code CUDA_ERROR_ILLEGAL_ADDRESS}} */
  public String name() {
    return name;
  }

  /** {@return what was being done} */
  public String operation() {
    return operation;
  }

  /** {@return what the user can do about it} */
  public String remedy() {
    return remedy;
  }
}
