package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A backend with clocks, an account of its memory and the vendor's library at hand: what all suites
 * measure through. Used by one thread.
 */
interface Workbench extends AutoCloseable {

  /** Returns the backend; closed with this. */
  Backend backend();

  /** Returns whether the processor imitates the device, so that times say nothing. */
  boolean emulated();

  /** Returns what multiplies matrices by itself, in one line. */
  String library();

  /** Returns whether {@link #library} is the vendor's and not our own product. */
  boolean hasVendorLibrary();

  /** Returns bytes of memory for matrices that are free. */
  long freeBytes();

  /** Returns the most bytes in use at once since {@link #resetPeak}, see {@link Figure}. */
  long peakBytes();

  /** Lets {@link #peakBytes} begin anew. */
  void resetPeak();

  /** Returns the milliseconds that some work takes, all of it done. */
  double milliseconds(Runnable work);

  /** Runs some work and returns the milliseconds of its device functions; empty without such. */
  Map<String, Double> profile(Runnable work);

  /**
   * Computes X Xᵀ by the library.
   *
   * @param x N×d
   * @param out N×N
   * @param edge of the tiles on and below the diagonal, then mirrored; at least N for all at once
   */
  void rowProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge);

  /**
   * Computes X Xᵀ on and below the diagonal by the library and mirrors nothing.
   *
   * @param x N×d
   * @param out N×N
   * @param edge of the tiles, where the library is told one
   */
  void lowerProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge);

  /** Returns the library's factorisation, if it has one. */
  Optional<LibrarySolver> librarySolver();

  /**
   * Allows the library TensorFloat-32 in float32 products, or forbids it again.
   *
   * @return whether the library can do that
   */
  boolean setTensorFloat32(boolean allowed);

  /** Overwrites a matrix. */
  void fill(DeviceMatrix m, double value);

  /** Copies a matrix to another one of its shape and type without gaps between rows. */
  void copy(DeviceMatrix from, DeviceMatrix to);

  /** Prepares copies between the device and host memory that it reaches directly, if there are. */
  Optional<PinnedCopies> pinnedCopies(long bytes);

  /**
   * Returns the ways to compute kernel matrices of fully connected relu networks, the configured
   * one first.
   *
   * @param dtype element type
   * @param edge of the tiles that a library multiplies
   */
  List<KernelWay> ways(DType dtype, long edge);

  /** Opens the same backend on one thread; empty for a device to which that means nothing. */
  Optional<Workbench> onOneThread(LaminaConfig config);

  @Override
  void close();

  /** Linear systems by the vendor. */
  interface LibrarySolver {

    /** Replaces the lower triangle of a symmetric matrix by its Cholesky factor. */
    void cholesky(DeviceMatrix a);

    /** Solves L Lᵀ X = B in place. */
    void solve(DeviceMatrix factor, DeviceMatrix b);
  }

  /** Milliseconds of copies. */
  interface PinnedCopies extends AutoCloseable {

    /** Returns the milliseconds of a copy to the device. */
    double toDevice();

    /** Returns the milliseconds of a copy from the device. */
    double toHost();

    @Override
    void close();
  }

  /** The unit that multiplies, whose rate is a ceiling. */
  enum Unit {
    FLOAT32,
    FLOAT64,
    TF32,
    TF32X3;

    static Unit of(DType dtype) {
      return dtype == DType.FLOAT32 ? FLOAT32 : FLOAT64;
    }

    OptionalDouble ceiling(Ceilings c) {
      return switch (this) {
        case FLOAT32 -> c.float32();
        case FLOAT64 -> c.float64();
        case TF32 -> c.tf32();
        case TF32X3 -> c.tf32x3();
      };
    }
  }
}
