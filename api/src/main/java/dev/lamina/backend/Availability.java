package dev.lamina.backend;

import java.util.Objects;
import java.util.Optional;

/** Whether a backend can be used on this machine, and if not, why and what would help. */
public sealed interface Availability {

  /**
   * The backend can be opened.
   *
   * @param device what it would compute on
   */
  record Available(DeviceInfo device) implements Availability {
    /** Checks the device. */
    public Available {
      Objects.requireNonNull(device, "device");
    }
  }

  /**
   * The backend cannot be opened.
   *
   * @param reason the kind of obstacle
   * @param detail what exactly was looked for and found, in one line
   * @param remedy what the user can do about it, in one line
   * @param cause the failure behind it, if there was one
   */
  record Unavailable(Reason reason, String detail, String remedy, Optional<Throwable> cause)
      implements Availability {
    /** Checks that there is a text in every place. */
    public Unavailable {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(cause, "cause");
      if (detail.isBlank() || remedy.isBlank()) {
        throw new IllegalArgumentException(
            "an unavailable backend must say why and what would help but says \"%s\" and \"%s\""
                .formatted(detail, remedy));
      }
    }
  }

  /** The kinds of obstacles. */
  enum Reason {
    /** The artifact of the backend is not on the class path. */
    NOT_INSTALLED("not installed"),
    /** The backend does not support this operating system or processor. */
    UNSUPPORTED_PLATFORM("unsupported platform"),
    /** The machine has no such device. */
    NO_DEVICE("no device"),
    /** The device's driver is missing or too old. */
    DRIVER("driver"),
    /** The build carries no code for the device. */
    NO_DEVICE_CODE("no device code"),
    /** A native library is missing or does not load. */
    NATIVE_LIBRARY("native library"),
    /** Looking for the device failed in a way that nobody foresaw. */
    PROBE_FAILED("probe failed");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** {@return the reason in words} */
    public String text() {
      return text;
    }
  }
}
