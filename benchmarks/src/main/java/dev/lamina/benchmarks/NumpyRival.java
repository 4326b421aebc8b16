package dev.lamina.benchmarks;

import dev.lamina.matrix.HostMatrix;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The NumPy chain in a process of its own that stays up, so that runs can be interleaved. */
final class NumpyRival implements AutoCloseable {
  private final Path folder;
  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final String version;

  private NumpyRival(Path folder, Process process) throws IOException {
    this.folder = folder;
    this.process = process;
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("python3 with NumPy did not start");
    }
    version = line;
  }

  /**
   * Starts the rival.
   *
   * @return empty if there is no python3 with NumPy on this machine
   */
  static Optional<NumpyRival> start() {
    Path folder = null;
    Process process = null;
    try {
      folder = Files.createTempDirectory("lamina-rival");
      Path script = folder.resolve("fc_kernels.py");
      try (InputStream in = NumpyRival.class.getResourceAsStream("fc_kernels.py")) {
        Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
      }
      process =
          new ProcessBuilder("python3", script.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return Optional.of(new NumpyRival(folder, process));
    } catch (IOException e) {
      if (process != null) {
        process.destroy();
      }
      delete(folder);
      return Optional.empty();
    }
  }

  /** Returns the versions of NumPy and of its BLAS. */
  String version() {
    return version;
  }

  /** Hands the rows over. */
  void load(HostMatrix x) {
    Path data = folder.resolve("x.bin");
    try (FileChannel out =
        FileChannel.open(data, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long i = 0; i < x.rows(); i++) {
        ByteBuffer row =
            x.segment()
                .asSlice(x.byteOffset(i, 0), x.cols() * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        while (row.hasRemaining()) {
          out.write(row);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + data, e);
    }
    ask("load %d %d %s".formatted(x.rows(), x.cols(), data));
  }

  /** Computes both kernels and returns the seconds it took. */
  double run(int depth) {
    return Double.parseDouble(ask("run " + depth));
  }

  /** Returns an entry of the NNGP and of the tangent kernel matrix of the last run. */
  double[] entry(long row, long col) {
    String answer = ask("entry %d %d".formatted(row, col));
    int space = answer.indexOf(' ');
    return new double[] {
      Double.parseDouble(answer.substring(0, space)),
      Double.parseDouble(answer.substring(space + 1))
    };
  }

  private String ask(String request) {
    try {
      requests.write(request);
      requests.newLine();
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException("NumPy rival ended while it was asked: " + request);
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException("NumPy rival, asked: " + request, e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    delete(folder);
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try {
      for (String name : new String[] {"fc_kernels.py", "x.bin"}) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
