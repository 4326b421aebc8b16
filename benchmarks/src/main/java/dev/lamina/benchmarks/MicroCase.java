package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SgdStep;
import java.util.ArrayDeque;
import java.util.Deque;

/** A small piece of work with its random inputs, to be run again and again. */
public final class MicroCase implements AutoCloseable {
  private static final double RATE = 1e-3;
  private static final double MOMENTUM = 0.9;
  private static final SgdStep SGD = new SgdStep(RATE, MOMENTUM, false, 0);
  private static final AdamStep ADAM = new AdamStep(RATE, MOMENTUM, 0.999, 1e-8, 0, 0);

  private final MicroWork what;
  private final Backend backend;
  private final DType dtype;
  private final int rows;
  private final int cols;

  /** Closes what is open, the last opened first. */
  private final Deque<Runnable> closers = new ArrayDeque<>();

  private final Runnable work;

  private MicroCase(MicroWork what, Backend backend, DType dtype, int rows, int cols) {
    this.what = what;
    this.backend = backend;
    this.dtype = dtype;
    this.rows = rows;
    this.cols = cols;
    this.work =
        switch (what.kind()) {
          case GRAM -> gram();
          case STATIONARY, NETWORK -> kernel(what.entries());
          case FORWARD -> forward(Activation.parse(what.subject()));
          case BACK -> back(Activation.parse(what.subject()));
          case SGD -> sgd();
          case ADAM -> adam();
        };
  }

  /**
   * Opens work on one thread of the processor.
   *
   * @param what what is done
   * @param dtype element type
   * @param rows number of inputs of a kernel, or of examples of a layer
   * @param cols number of features of an input, or of units of a layer
   * @return the work; the caller closes it
   */
  public static MicroCase open(MicroWork what, DType dtype, int rows, int cols) {
    CpuWorkbench workbench = CpuWorkbench.open(LaminaConfig.defaults().withCpuThreads(1));
    MicroCase made = new MicroCase(what, workbench.backend(), dtype, rows, cols);
    made.closers.addLast(workbench::close);
    return made;
  }

  /** Makes work on an open backend, which stays open. */
  static MicroCase on(Backend backend, MicroWork what, DType dtype, int rows, int cols) {
    return new MicroCase(what, backend, dtype, rows, cols);
  }

  private Runnable gram() {
    DeviceMatrix x = inputs();
    DeviceMatrix out = keep(backend.allocate(dtype, rows, rows));
    return () -> backend.gram().rowProducts(x, 1, 0, out);
  }

  private Runnable kernel(EntryCase entries) {
    DeviceMatrix x = inputs();
    DeviceMatrix out = keep(backend.allocate(dtype, rows, rows));
    return () -> entries.run(backend.gram(), x, out);
  }

  private Runnable forward(Activation activation) {
    DeviceMatrix z = drawn(1);
    DeviceMatrix a = drawn(2);
    return () -> backend.layers().activate(activation, z, a);
  }

  /** Multiplied by slopes again and again, numbers would become 0 or subnormal: hence the copy. */
  private Runnable back(Activation activation) {
    LayerOps layers = backend.layers();
    DeviceMatrix z = drawn(1);
    DeviceMatrix fresh = drawn(2);
    DeviceMatrix delta = drawn(3);
    return () -> {
      layers.add(1, fresh, 0, delta);
      layers.activateBackward(activation, z, delta);
    };
  }

  private Runnable sgd() {
    DeviceMatrix w = drawn(1);
    DeviceMatrix g = drawn(2);
    DeviceMatrix v = drawn(3);
    return () -> backend.layers().sgdStep(SGD, w, g, v);
  }

  private Runnable adam() {
    DeviceMatrix w = drawn(1);
    DeviceMatrix g = drawn(2);
    DeviceMatrix m = drawn(3);
    try (HostMatrix squares = Inputs.matrix(dtype, rows, cols, Inputs.random(4)::nextFloat)) {
      DeviceMatrix v = keep(backend.upload(squares));
      return () -> backend.layers().adamStep(ADAM, w, g, m, v);
    }
  }

  private DeviceMatrix inputs() {
    try (Inputs inputs = Inputs.draw(rows, cols);
        HostMatrix typed = inputs.first(rows).copy(dtype)) {
      return keep(backend.upload(typed));
    }
  }

  private DeviceMatrix drawn(long seed) {
    try (HostMatrix values = Inputs.centred(dtype, rows, cols, seed)) {
      return keep(backend.upload(values));
    }
  }

  private DeviceMatrix keep(DeviceMatrix m) {
    closers.addFirst(m::close);
    return m;
  }

  /** Does the work once. */
  public void run() {
    work.run();
  }

  /** Returns what is done, in words. */
  String text() {
    return what.text();
  }

  /** Returns the bytes that an operation of layers reads and writes; 0 for kernels. */
  double bytes() {
    return (double) what.kind().matrices() * rows * cols * dtype.bytes();
  }

  /** Closes the matrices, and the backend if it was opened for them. */
  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.removeFirst().run();
    }
  }
}
