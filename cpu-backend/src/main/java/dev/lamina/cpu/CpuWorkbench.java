package dev.lamina.cpu;

import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The {@code cpu} backend with what its operations hide at hand, for benchmarks: OpenBLAS alone,
 * sharing out its work by threads of its own. Used by one thread.
 */
public final class CpuWorkbench implements AutoCloseable {
  private static final long COPIED_AT_ONCE = 1 << 20;

  /** Rows and columns of the tiles at which one thread of OpenBLAS is fastest. */
  private static final long TILE = 512;

  private final CpuBackend backend;
  private final String library;

  private CpuWorkbench(CpuBackend backend, String library) {
    this.backend = backend;
    this.library = library;
  }

  /**
   * Opens the backend.
   *
   * @param config the settings in force
   * @return the workbench; the caller closes it
   * @throws IllegalArgumentException saying in one line why there is none
   */
  public static CpuWorkbench open(LaminaConfig config) {
    return switch (new CpuBackendProvider().probe(config)) {
      case Available available ->
          new CpuWorkbench(
              new CpuBackend(available.device(), config), description(config.cpuThreads()));
      case Unavailable u ->
          throw new IllegalArgumentException(
              "the cpu backend is unavailable: %s: %s; %s"
                  .formatted(u.reason().text(), u.detail(), u.remedy()));
    };
  }

  private static String description(int threads) {
    return switch (OpenBlas.status()) {
      case OpenBlas.Loaded l ->
          "%s for %s, %d threads of its own".formatted(l.version(), l.core(), threads);
      case OpenBlas.Missing m -> m.reason();
    };
  }

  /** {@return the name of this machine's processor} */
  public static String processor() {
    return Processor.name();
  }

  /** {@return the backend; closed with this} */
  public Backend backend() {
    return backend;
  }

  /** {@return what multiplies and factors matrices by itself, in one line} */
  public String library() {
    return library;
  }

  /** {@return bytes of memory that can be taken without anything being swapped out} */
  public long freeBytes() {
    return Processor.availableBytes();
  }

  /**
   * {@return the milliseconds that some work takes}
   *
   * @param work what is timed
   */
  public double milliseconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) * 1e-6;
  }

  /**
   * Computes X Xᵀ by the library: whole, or the tiles on and below the diagonal, which are then
   * mirrored.
   *
   * @param x N×d
   * @param out N×N
   * @param edge rows and columns of a tile; at least N for the whole product at once
   */
  public void rowProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    HostMatrix rows = CpuMatrix.host(x);
    HostMatrix all = CpuMatrix.host(out);
    long n = rows.rows();
    long step = Math.min(edge, n);
    OpenBlas.onThreads(
        backend.workers().threads(),
        () -> {
          for (long row = 0; row < n; row += step) {
            long height = Math.min(step, n - row);
            for (long col = 0; col <= row; col += step) {
              long width = Math.min(step, n - col);
              Blas.gemm(
                  1,
                  Block.of(rows, row, height, 0, rows.cols()),
                  false,
                  Block.of(rows, col, width, 0, rows.cols()),
                  true,
                  0,
                  Block.of(all, row, height, col, width));
            }
          }
        });
    if (step < n) {
      mirror(all, step);
    }
  }

  private void mirror(HostMatrix m, long step) {
    long n = m.rows();
    long tiles = Math.ceilDiv(n, step);
    Mirror[] mirrors = Mirror.forEach(backend.workers());
    backend
        .workers()
        .forEach(
            tiles * tiles,
            (worker, index) -> {
              long row = index / tiles * step;
              long col = index % tiles * step;
              if (col <= row) {
                mirrors[worker].lowerToUpper(
                    m, row, Math.min(n, row + step), col, Math.min(n, col + step));
              }
            });
  }

  /**
   * Computes the lower triangle of X Xᵀ by the library in tiles that the backend's threads share
   * out, one call of one thread each, and mirrors nothing: what kernel matrices cannot do without.
   *
   * @param x N×d
   * @param out N×N
   */
  public void lowerProductsByLibrary(DeviceMatrix x, DeviceMatrix out) {
    HostMatrix rows = CpuMatrix.host(x);
    HostMatrix all = CpuMatrix.host(out);
    long n = rows.rows();
    long tiles = Math.ceilDiv(n, TILE);
    backend
        .workers()
        .forEach(
            tiles * tiles,
            (worker, index) -> {
              long row = index / tiles * TILE;
              long col = index % tiles * TILE;
              long height = Math.min(TILE, n - row);
              Block left = Block.of(rows, row, height, 0, rows.cols());
              if (col == row) {
                Blas.syrk(1, left, false, 0, Block.of(all, row, height, row, height));
              } else if (col < row) {
                Block right = Block.of(rows, col, TILE, 0, rows.cols());
                Blas.gemm(1, left, false, right, true, 0, Block.of(all, row, height, col, TILE));
              }
            });
  }

  /**
   * Replaces the lower triangle of a symmetric matrix by its Cholesky factor, by the library.
   *
   * @param a N×N, positive definite
   * @throws IllegalArgumentException if it is not
   */
  public void choleskyByLibrary(DeviceMatrix a) {
    Block block = Block.of(CpuMatrix.host(a));
    OpenBlas.onThreads(
        backend.workers().threads(),
        () -> {
          int pivot = Blas.cholesky(block);
          if (pivot >= 0) {
            throw new IllegalArgumentException(
                "OpenBLAS finds pivot %d of a %s matrix not positive".formatted(pivot, a.shape()));
          }
        });
  }

  /**
   * Solves L Lᵀ X = B in place by the library.
   *
   * @param factor N×N with L in its lower triangle
   * @param b N×t, overwritten by X
   */
  public void solveByLibrary(DeviceMatrix factor, DeviceMatrix b) {
    Block l = Block.of(CpuMatrix.host(factor));
    Block x = Block.of(CpuMatrix.host(b));
    OpenBlas.onThreads(
        backend.workers().threads(),
        () -> {
          Blas.solveLeft(l, false, 1, x);
          Blas.solveLeft(l, true, 1, x);
        });
  }

  /**
   * Overwrites a matrix.
   *
   * @param m the matrix
   * @param value what with
   */
  public void fill(DeviceMatrix m, double value) {
    HostMatrix host = CpuMatrix.host(m);
    backend
        .workers()
        .forEach(
            host.rows(),
            (worker, row) -> {
              MemorySegment cells =
                  host.segment()
                      .asSlice(host.byteOffset(row, 0), host.cols() * host.dtype().bytes());
              if (host.dtype() == DType.FLOAT32) {
                for (long j = 0; j < host.cols(); j++) {
                  cells.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, j, (float) value);
                }
              } else {
                for (long j = 0; j < host.cols(); j++) {
                  cells.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, j, value);
                }
              }
            });
  }

  /**
   * Copies a matrix to another one of the same shape, on all threads.
   *
   * @param from what to copy
   * @param to where to
   * @throws ShapeException if the shapes or types differ
   */
  public void copy(DeviceMatrix from, DeviceMatrix to) {
    HostMatrix source = CpuMatrix.host(from);
    HostMatrix target = CpuMatrix.host(to);
    if (!source.shape().equals(target.shape()) || source.dtype() != target.dtype()) {
      throw new ShapeException(
          "copy: %s cannot take %s as it is".formatted(to.shape(), from.shape()));
    }
    long rowBytes = Math.max(1, source.cols() * source.dtype().bytes());
    long rows = Math.max(1, COPIED_AT_ONCE / rowBytes);
    backend
        .workers()
        .forEach(
            Math.ceilDiv(source.rows(), rows),
            (worker, part) -> {
              long begin = part * rows;
              long end = Math.min(source.rows(), begin + rows);
              target.rows(begin, end).copyFrom(source.rows(begin, end));
            });
  }

  @Override
  public void close() {
    backend.close();
  }
}
