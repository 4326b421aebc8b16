package dev.lamina.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges files with a real NumPy where there is one. */
class NpyNumpyTest {
  @TempDir Path folder;

  @Test
  void readsWhatNumpyWrites() throws IOException, InterruptedException {
    python(
        """
        import numpy as np
        a = np.arange(12).reshape(3, 4)
        for t in ['<f4', '>f4', '<f8', '>f8', 'i1', 'u1', '<i2', '>i4', '<i8', '<u8']:
            name = t.replace('<', 'l').replace('>', 'b')
            np.save(name + '-c.npy', a.astype(t))
            np.save(name + '-f.npy', np.asfortranarray(a.astype(t)))
        for v in [(1, 0), (2, 0), (3, 0)]:
            with open('v%d.npy' % v[0], 'wb') as f:
                np.lib.format.write_array(f, a.astype('<f4'), version=v)
        np.save('slice.npy', a.astype('<f8')[:, ::2])
        np.save('vector.npy', a[0].astype('<f4'))
        np.save('bool.npy', np.array([True, False, True]))
        """);
    double[][] expected = {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}};
    for (String type :
        new String[] {"lf4", "bf4", "lf8", "bf8", "i1", "u1", "li2", "bi4", "li8", "lu8"}) {
      assertThat(read(type + "-c.npy")).isDeepEqualTo(expected);
      assertThat(read(type + "-f.npy")).isDeepEqualTo(expected);
    }
    for (int version = 1; version <= 3; version++) {
      assertThat(NpyFile.header(folder.resolve("v" + version + ".npy")).version())
          .isEqualTo(version);
      assertThat(read("v" + version + ".npy")).isDeepEqualTo(expected);
    }
    assertThat(read("slice.npy")).isDeepEqualTo(new double[][] {{0, 2}, {4, 6}, {8, 10}});
    assertThat(read("vector.npy")).isDeepEqualTo(new double[][] {{0}, {1}, {2}, {3}});
    assertThat(NpyFile.readLabels(folder.resolve("bool.npy"), 2)).containsExactly(1, 0, 1);
  }

  @Test
  void writesWhatNumpyReads() throws IOException, InterruptedException {
    try (HostMatrix m = HostMatrix.of(new float[][] {{1.5f, -2}, {3, 4}, {5, 6e-30f}})) {
      NpyFile.write(folder.resolve("c.npy"), m, NpyFile.Order.C);
      NpyFile.write(folder.resolve("f.npy"), m, NpyFile.Order.FORTRAN);
    }
    try (HostMatrix m = HostMatrix.of(new double[][] {{Math.PI}})) {
      NpyFile.write(folder.resolve("d.npy"), m);
    }
    NpyFile.writeIntegers(folder.resolve("i.npy"), new long[] {3, -4});
    python(
        """
        import numpy as np
        want = np.array([[1.5, -2], [3, 4], [5, 6e-30]], dtype='<f4')
        for name in ['c.npy', 'f.npy']:
            a = np.load(name, mmap_mode='r')
            assert a.dtype == want.dtype and a.flags['F_CONTIGUOUS'] == (name == 'f.npy'), name
            assert np.array_equal(a, want), a
        d = np.load('d.npy')
        assert d.shape == (1, 1) and d.dtype == np.float64 and d[0, 0] == np.pi
        i = np.load('i.npy')
        assert i.shape == (2,) and i.dtype == np.int64 and list(i) == [3, -4]
        """);
  }

  private double[][] read(String name) {
    try (HostMatrix m = NpyFile.read(folder.resolve(name))) {
      return m.toArray();
    }
  }

  private void python(String script) throws IOException, InterruptedException {
    run("import numpy", true);
    run(script, false);
  }

  private void run(String script, boolean probe) throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("script.py"), script);
    Path log = folder.resolve("python.log");
    int status;
    try {
      Process process =
          new ProcessBuilder("python3", source.toString())
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
      status = process.exitValue();
    } catch (IOException e) {
      abort("SKIPPED: files are not exchanged with NumPy: " + e.getMessage());
      return;
    }
    if (probe && status != 0) {
      abort("SKIPPED: files are not exchanged with NumPy: python3 has no numpy");
    }
    assertThat(status).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
  }
}
