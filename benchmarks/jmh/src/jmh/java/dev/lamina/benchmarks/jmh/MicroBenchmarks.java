package dev.lamina.benchmarks.jmh;

import dev.lamina.benchmarks.MicroCase;
import dev.lamina.benchmarks.MicroWork;
import dev.lamina.matrix.DType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Every {@link MicroWork} in both precisions, on one thread. The options of the JVM are those that
 * Lamina needs everywhere.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Dguice_bytecode_gen_option=DISABLED"
    })
public class MicroBenchmarks {
  /** What is done; all if none is named. */
  @Param MicroWork work;

  /** Element type. */
  @Param DType dtype;

  /** Number of inputs of a kernel, or of examples of a layer. */
  @Param("512")
  int rows;

  /** Number of features of an input, or of units of a layer. */
  @Param("64")
  int columns;

  private MicroCase open;

  /** Opens the work. */
  @Setup
  public void open() {
    open = MicroCase.open(work, dtype, rows, columns);
  }

  /** Does it once. */
  @Benchmark
  public void run() {
    open.run();
  }

  /** Closes what the work has opened. */
  @TearDown
  public void close() {
    open.close();
  }
}
