package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.BackendSelector;
import dev.lamina.backend.BackendUnavailableException;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.config.ConfigException;
import dev.lamina.config.ConfigProblem;
import dev.lamina.config.LaminaConfig;
import dev.lamina.io.FileException;
import dev.lamina.kernel.KernelSyntaxException;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.KernelInputException;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {
  private static final Path FILE = Path.of("a.npy");

  static Stream<Arguments> exceptions() {
    return Stream.of(
        Arguments.of(new ShapeException("shape"), 2, "shape"),
        Arguments.of(new IllegalArgumentException("argument"), 2, "argument"),
        Arguments.of(new KernelInputException("row 3"), 2, "row 3"),
        Arguments.of(
            new KernelSyntaxException("lineer()", 0, "unknown kernel"), 2, "unknown kernel"),
        Arguments.of(
            new ConfigException(List.of(new ConfigProblem("a.b", "", "is odd", ""))),
            2,
            "configuration: a.b: is odd"),
        Arguments.of(
            new DataFormatException(FILE, 3, "x", "y"),
            2,
            "a.npy: at byte 3: expected x but found y"),
        Arguments.of(
            new BackendUnavailableException(
                BackendSelector.select(LaminaConfig.defaults(), Map.of())),
            2,
            "no backend is available"),
        Arguments.of(
            new MemoryBudgetException("compute: one tile", 10, 5, 5),
            2,
            "raise lamina.memory-budget"),
        Arguments.of(
            FileException.reading(FILE, new NoSuchFileException("a.npy")), 2, "cannot read a.npy"),
        Arguments.of(
            FileException.writing(FILE, new AccessDeniedException("a.npy")),
            2,
            "cannot write a.npy"),
        Arguments.of(
            FileException.writing(FILE, new IOException("No space left on device")),
            1,
            "the disk is full"),
        Arguments.of(
            new UncheckedIOException(new NoSuchFileException("b.txt")),
            2,
            "b.txt: there is no such file"),
        Arguments.of(
            new NotPositiveDefiniteException("cholesky", 3, -1, 1e-5), 1, "pivot 3 is -1.0"),
        Arguments.of(new OutOfMemoryError("allocate"), 1, "out of memory: allocate"),
        Arguments.of(
            new IllegalStateException("first\nsecond"),
            1,
            "java.lang.IllegalStateException: first (--debug shows where it comes from)"));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void codeAndMessage(Throwable cause, int code, String message) {
    Failure failure = Failure.of(cause);
    assertThat(failure.exitCode()).isEqualTo(code);
    assertThat(failure.message()).contains(message);
  }
}
