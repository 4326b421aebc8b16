package dev.lamina.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/** Addresses in the form that JCuda takes, for memory of any length and without a copy. */
final class DeviceAddress {
  private DeviceAddress() {}

  /** Host memory. */
  private static final class HostPointer extends Pointer {
    HostPointer(long address) {
      super(address);
    }
  }

  /**
   * Device memory: JCuda adds the offset to the address, which is 0 here, as its constructor with
   * an address is not open to subclasses.
   */
  private static final class DevicePointer extends CUdeviceptr {
    DevicePointer(long address) {
      super(new CUdeviceptr(), address);
    }
  }

  /** What cuMemAlloc writes to. */
  static final class Allocation extends CUdeviceptr {
    long address() {
      return getNativePointer() + getByteOffset();
    }
  }

  /** What cuMemHostAlloc writes to. */
  static final class HostAllocation extends Pointer {
    long address() {
      return getNativePointer() + getByteOffset();
    }
  }

  static Pointer host(MemorySegment segment) {
    return new HostPointer(segment.address());
  }

  static CUdeviceptr device(long address) {
    return new DevicePointer(address);
  }
}
