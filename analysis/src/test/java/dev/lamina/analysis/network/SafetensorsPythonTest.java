package dev.lamina.analysis.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges files with Python's own json and struct, and with its safetensors where it is. */
class SafetensorsPythonTest {
  @TempDir Path folder;

  @Test
  void pythonReadsWhatIsWritten() throws IOException, InterruptedException {
    try (HostMatrix wide = HostMatrix.of(new double[][] {{1, -2.5}, {Math.PI, 1e-300}, {0, 7}});
        HostMatrix narrow = HostMatrix.of(new float[][] {{0.1f, 3e38f}})) {
      SafetensorsFile.write(
          folder.resolve("a.safetensors"),
          List.of(NamedTensor.vector("é\"b", narrow), NamedTensor.matrix("w", wide)),
          Map.of("made by", "Lamina\n"));
    }
    python(
        """
        import json, math, struct
        raw = open('a.safetensors', 'rb').read()
        n, = struct.unpack('<Q', raw[:8])
        header = json.loads(raw[8:8 + n])
        data = raw[8 + n:]
        assert header.pop('__metadata__') == {'made by': 'Lamina\\n'}
        assert set(header) == {'w', 'é"b'}, header
        def read(name):
            t = header[name]
            b, e = t['data_offsets']
            code, size = {'F32': ('f', 4), 'F64': ('d', 8)}[t['dtype']]
            return t['shape'], struct.unpack('<%d%s' % ((e - b) // size, code), data[b:e])
        assert read('w') == ([3, 2], (1, -2.5, math.pi, 1e-300, 0, 7)), read('w')
        assert read('é"b') == ([2], struct.unpack('<2f', struct.pack('<2f', 0.1, 3e38)))
        ends = sorted(t['data_offsets'] for t in header.values())
        assert ends[0][0] == 0 and ends[0][1] == ends[1][0] and ends[1][1] == len(data)
        try:
            from safetensors import safe_open
        except ImportError:
            pass
        else:
            with safe_open('a.safetensors', 'np') as f:
                assert f.get_tensor('w').tolist() == [[1, -2.5], [math.pi, 1e-300], [0, 7]]
                assert f.metadata() == {'made by': 'Lamina\\n'}
        """);
  }

  @Test
  void whatPythonWritesIsRead() throws IOException, InterruptedException {
    python(
        """
        import json, struct
        def write(name, tensors, metadata=None):
            header, data = {}, b''
            if metadata:
                header['__metadata__'] = metadata
            for key, (dtype, code, shape, values) in tensors.items():
                raw = struct.pack('<%d%s' % (len(values), code), *values)
                header[key] = {'dtype': dtype, 'shape': shape,
                               'data_offsets': [len(data), len(data) + len(raw)]}
                data += raw
            text = json.dumps(header, indent=1).encode()
            text += b' ' * (-len(text) % 8)
            open(name, 'wb').write(struct.pack('<Q', len(text)) + text + data)
        write('a.safetensors', {
            '1.num_batches_tracked': ('I64', 'q', [], [5]),
            '0.weight': ('F32', 'f', [2, 3], [1, 2, 3, 4, 5, 6]),
            '0.bias': ('F16', 'e', [2], [0.5, 65504]),
            '1.running_mean': ('F32', 'f', [2], [0, 1]),
            '1.running_var': ('F32', 'f', [2], [1, 2]),
            '3.weight': ('F32', 'f', [1, 2], [-1, 1e-40]),
        }, {'format': 'pt'})
        """);
    try (Network network = NetworkFile.read(folder.resolve("a.safetensors"), Activation.RELU)) {
      assertThat(network.widths()).containsExactly(3L, 2L, 1L);
      DenseLayer first = (DenseLayer) network.layers().getFirst();
      assertThat(first.weights().toArray()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
      assertThat(first.bias().orElseThrow().toArray()).isDeepEqualTo(new double[][] {{0.5, 65504}});
      assertThat(first.norm().orElseThrow().variance().get(0, 1)).isEqualTo(2);
      assertThat(((DenseLayer) network.layers().getLast()).weights().get(0, 1)).isEqualTo(1e-40f);
    }
  }

  private void python(String script) throws IOException, InterruptedException {
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
      abort("SKIPPED: files are not exchanged with Python: " + e.getMessage());
      return;
    }
    assertThat(status).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
  }
}
