package dev.lamina.analysis.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import dev.lamina.matrix.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkFileTest {
  private static final Activation TANH = Activation.parse("tanh");
  private final long before = OpenMatrices.bytes();

  @TempDir Path folder;

  @AfterEach
  void everythingIsClosed() {
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
  }

  /** Writes a float32 file of the given tensors, "name: 2,3", filled with 1, 2, 3, …. */
  private Path file(String... tensors) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    List<String> entries = new ArrayList<>();
    for (String tensor : tensors) {
      String[] parts = tensor.split(": ?", 2);
      int count =
          Arrays.stream(parts[1].split(","))
              .filter(s -> !s.isEmpty())
              .mapToInt(Integer::parseInt)
              .reduce(1, (a, b) -> a * b);
      boolean steps = parts[0].endsWith("num_batches_tracked");
      double[] values = new double[steps ? 2 : count];
      Arrays.setAll(values, i -> i + 1);
      int begin = data.size();
      data.writeBytes(SafetensorsBytes.floats(values));
      entries.add(
          SafetensorsBytes.entry(parts[0], steps ? "I64" : "F32", parts[1], begin, data.size()));
    }
    String header = "{" + String.join(",", entries) + "}";
    String padded = header + " ".repeat(Math.floorMod(-header.length(), 8));
    return SafetensorsBytes.write(folder, SafetensorsBytes.file(padded, data.toByteArray()));
  }

  private static HostMatrix row(double... values) {
    return HostMatrix.of(new double[][] {values});
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Path file = folder.resolve("n.safetensors");
    List<DenseLayer> layers =
        List.of(
            new DenseLayer(
                HostMatrix.of(new double[][] {{1, 2, 3}, {4, 5, 6}}),
                Optional.of(row(0.5, -0.5)),
                Optional.of(new BatchNorm(row(1, 2), row(3, 4), row(5, 6), row(7, 0), 1e-3)),
                Activation.parse("leakyRelu(slope=0.25)"),
                Residual.NONE),
            new DenseLayer(
                HostMatrix.of(new double[][] {{1, 0}, {0, Math.PI}}),
                Optional.empty(),
                Optional.empty(),
                TANH,
                Residual.PRE_ACTIVATION),
            new DenseLayer(
                HostMatrix.of(new double[][] {{1, 0}}),
                Optional.of(row(9)),
                Optional.empty(),
                Activation.IDENTITY,
                Residual.NONE));
    try (Network network = new Network(layers)) {
      assertThat(network.widths()).containsExactly(3L, 2L, 2L, 1L);
      assertThat(network.entries()).isEqualTo(6 + 2 + 8 + 4 + 2 + 1);
      NetworkFile.write(file, network);
      try (Network read = NetworkFile.read(file);
          Network single = read.copy(DType.FLOAT32)) {
        assertThat(read.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(read.depth()).isEqualTo(3);
        for (int l = 0; l < 3; l++) {
          requireEqual((DenseLayer) read.layers().get(l), layers.get(l));
        }
        assertThat(single.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(((DenseLayer) single.layers().get(1)).weights().get(1, 1))
            .isEqualTo((float) Math.PI);
        ((DenseLayer) single.layers().get(1)).weights().set(0, 0, 5); // a copy can be changed
      }
    }
  }

  /** What files say about residual layers: as ever for pre-activations, by name for inputs. */
  @Test
  void residualKindsAreWrittenAndRead() {
    Path file = folder.resolve("n.safetensors");
    List<Residual> kinds =
        List.of(Residual.POST_ACTIVATION, Residual.PRE_ACTIVATION, Residual.NONE);
    List<DenseLayer> layers = new ArrayList<>();
    for (Residual kind : kinds) {
      layers.add(plain(HostMatrix.of(new double[][] {{1, 2}, {3, 4}}), kind));
    }
    try (Network network = new Network(layers)) {
      NetworkFile.write(file, network);
    }
    try (SafetensorsFile raw = SafetensorsFile.open(file)) {
      assertThat(raw.metadata())
          .containsEntry("layers.1.residual", "post-activation")
          .containsEntry("layers.2.residual", "true")
          .doesNotContainKey("layers.3.residual");
    }
    try (Network read = NetworkFile.read(file)) {
      assertThat(read.layers()).extracting(l -> ((DenseLayer) l).residual()).isEqualTo(kinds);
    }
    assertThat(Residual.parse("pre-activation")).isEqualTo(Residual.PRE_ACTIVATION);
    assertThat(Residual.parse("false")).isEqualTo(Residual.NONE);
  }

  private static void requireEqual(DenseLayer read, DenseLayer written) {
    assertThat(read.activation()).isEqualTo(written.activation());
    assertThat(read.residual()).isEqualTo(written.residual());
    assertThat(read.norm().map(BatchNorm::epsilon))
        .isEqualTo(written.norm().map(BatchNorm::epsilon));
    assertThat(read.matrices()).hasSameSizeAs(written.matrices());
    for (int i = 0; i < read.matrices().size(); i++) {
      assertThat(read.matrices().get(i).toArray())
          .isDeepEqualTo(written.matrices().get(i).toArray());
    }
  }

  @Test
  void ownFilesKnowTheirActivations() {
    Path file = folder.resolve("n.safetensors");
    try (Network network =
        new Network(
            List.of(
                new DenseLayer(row(1, 2), Optional.empty(), Optional.empty(), TANH, Residual.NONE),
                new DenseLayer(
                    row(3),
                    Optional.empty(),
                    Optional.empty(),
                    Activation.IDENTITY,
                    Residual.NONE)))) {
      NetworkFile.write(file, network);
    }
    NetworkFile.read(file, TANH).close();
    assertThatThrownBy(() -> NetworkFile.read(file, Activation.RELU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("says that layers.1.activation is tanh but relu was given");
  }

  @Test
  void sequentialNamesAreUnderstood() {
    Path file = file("0.weight: 4,3", "0.bias: 4", "2.weight: 5,4", "2.bias: 5", "4.weight: 2,5");
    try (Network network = NetworkFile.read(file, TANH)) {
      assertThat(network.widths()).containsExactly(3L, 4L, 5L, 2L);
      assertThat(network.layers().stream().map(Layer::activation))
          .containsExactly(TANH, TANH, Activation.IDENTITY);
      DenseLayer second = (DenseLayer) network.layers().get(1);
      assertThat(second.weights().get(1, 0)).isEqualTo(5); // row by row
      assertThat(second.bias().orElseThrow().get(0, 4)).isEqualTo(5);
      assertThat(((DenseLayer) network.layers().get(2)).bias()).isEmpty();
      assertThat(OpenMatrices.bytes()).isEqualTo(before); // nothing was copied
    }
    assertThatThrownBy(() -> NetworkFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give one");
  }

  @Test
  void layersWithoutAModuleBetweenThemHaveNoActivation() {
    Path file =
        file("net.layers.0.weight: 4,3", "net.layers.1.weight: 2,4", "net.layers.5.weight: 1,2");
    try (Network network = NetworkFile.read(file, Activation.RELU)) {
      assertThat(network.layers().stream().map(Layer::activation))
          .containsExactly(Activation.IDENTITY, Activation.RELU, Activation.IDENTITY);
    }
  }

  @Test
  void numbersWithoutAnyGapDoNotTellAndTheGivenActivationHolds() {
    Path file = file("layers.0.weight: 4,3", "layers.1.weight: 2,4", "layers.2.weight: 1,2");
    try (Network network = NetworkFile.read(file, TANH);
        Network linear = NetworkFile.read(file, Activation.IDENTITY)) {
      assertThat(network.layers().stream().map(Layer::activation))
          .containsExactly(TANH, TANH, Activation.IDENTITY);
      assertThat(linear.layers().stream().map(Layer::activation)).containsOnly(Activation.IDENTITY);
    }
    assertThatThrownBy(() -> NetworkFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give one");
  }

  @Test
  void batchNormBelongsToTheLayerBeforeIt() {
    Path file =
        file(
            "0.weight: 2,3",
            "0.bias: 2",
            "1.weight: 2",
            "1.bias: 2",
            "1.running_mean: 2",
            "1.running_var: 2",
            "1.num_batches_tracked: ",
            "3.weight: 2,2",
            "4.running_mean: 2",
            "4.running_var: 2",
            "6.weight: 1,2",
            "6.bias: 1");
    try (Network network = NetworkFile.read(file, Activation.RELU)) {
      BatchNorm norm = ((DenseLayer) network.layers().get(0)).norm().orElseThrow();
      assertThat(norm.epsilon()).isEqualTo(1e-5);
      assertThat(norm.variance().toArray()).isDeepEqualTo(new double[][] {{1, 2}});
      BatchNorm plain = ((DenseLayer) network.layers().get(1)).norm().orElseThrow();
      assertThat(plain.scale().toArray()).isDeepEqualTo(new double[][] {{1, 1}});
      assertThat(plain.shift().toArray()).isDeepEqualTo(new double[][] {{0, 0}});
      assertThat(network.layers().get(1).activation()).isEqualTo(Activation.RELU);
    }
  }

  @Test
  void mixedPrecisionIsWidened() {
    Path file = folder.resolve("n.safetensors");
    try (HostMatrix wide = row(0.1, 0.2);
        HostMatrix narrow = HostMatrix.of(new float[][] {{0.1f}})) {
      SafetensorsFile.write(
          file,
          List.of(NamedTensor.matrix("0.weight", wide), NamedTensor.vector("0.bias", narrow)),
          Map.of());
    }
    try (Network network = NetworkFile.read(file, Activation.RELU)) {
      assertThat(network.dtype()).isEqualTo(DType.FLOAT64);
      assertThat(((DenseLayer) network.layers().getFirst()).bias().orElseThrow().get(0, 0))
          .isEqualTo(0.1f);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0.weight: 2,3|fc.weight: 2,2|head: 1; unknown names: fc.weight, head",
        "a.0.weight: 2,3|b.2.weight: 2,2; all names below a. but found unknown names: b.2.weight",
        "x: 2; names such as 0.weight",
        "0.weight: 2,3|2.weight: 2,4; layer 2 must have 2 inputs of FLOAT32",
        "0.weight: 2,3|0.bias: 3; bias must be 1×2",
        "0.weight: 2,3|0.bias: 1,2; tensor 0.bias with one axis",
        "0.weight: 2,3,1,1; a weight of two axes",
        "0.bias: 2; module 0 to be fully connected",
        "0.weight: 2; running_mean and running_var of module 0",
        "0.weight: 2,2|1.weight: 2|1.running_mean: 2; running_mean and running_var of module 1",
        "0.weight: 2,2|2.running_mean: 2|2.running_var: 2; right behind a fully connected layer",
        "0.running_mean: 2|0.running_var: 2; right behind a fully connected layer",
        "0.weight: 2,2|1.running_mean: 3|1.running_var: 3; batch-norm must have 2 units",
        "0.weight: 0,2; at least one input",
      })
  void whatIsNoNetworkIsRefused(String tensors, String message) {
    Path file = file(tensors.split("\\|", -1));
    assertThatThrownBy(() -> NetworkFile.read(file, Activation.RELU))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void manyUnknownNamesAreCounted() {
    String[] names = new String[20];
    Arrays.setAll(names, i -> "odd" + i + ": 1");
    Path file = file(names);
    assertThatThrownBy(() -> NetworkFile.read(file, Activation.RELU))
        .hasMessageContaining("odd0, odd1,")
        .hasMessageContaining("odd11 and 8 more");
    Path empty = SafetensorsBytes.write(folder, SafetensorsBytes.file("{}", new byte[0]));
    assertThatThrownBy(() -> NetworkFile.read(empty, Activation.RELU))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("at least one layer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "lamina.network=2; layers.1.weight; version 1",
        "lamina.network=1; layers.2.weight; expected layers.1.weight but found layers.2.weight",
        "lamina.network=1; layers.1.bias; expected layers.1.weight but found layers.1.bias",
        "lamina.network=1; layers.1.weight; layers.1.activation in the metadata",
        "lamina.network=1|layers.1.activation=rleu; layers.1.weight; an activation for",
        "lamina.network=1; layers.1.gain; unknown names: layers.1.gain",
        "lamina.network=1|layers.1.activation=relu|layers.1.residual=yes; layers.1.weight; true, false, none",
        "lamina.network=1|layers.1.activation=relu|layers.1.residual=true; layers.1.weight; cannot",
      })
  void damagedOwnFilesAreRefused(String metadata, String name, String message) {
    Path file = folder.resolve("n.safetensors");
    Map<String, String> texts = new LinkedHashMap<>();
    for (String pair : List.of(metadata.split("\\|", -1))) {
      int equals = pair.indexOf('=');
      texts.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    try (HostMatrix m = row(1, 2)) {
      SafetensorsFile.write(file, List.of(NamedTensor.matrix(name, m)), texts);
    }
    assertThatThrownBy(() -> NetworkFile.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void damagedNormalisationsAreRefused() {
    Path file = folder.resolve("n.safetensors");
    Map<String, String> texts =
        Map.of("lamina.network", "1", "layers.1.activation", "relu", "layers.1.norm.epsilon", "x");
    try (HostMatrix one = row(1);
        HostMatrix negative = row(-1)) {
      List<NamedTensor> tensors =
          new ArrayList<>(
              List.of(
                  NamedTensor.matrix("layers.1.weight", one),
                  NamedTensor.vector("layers.1.norm.scale", one),
                  NamedTensor.vector("layers.1.norm.shift", one),
                  NamedTensor.vector("layers.1.norm.mean", one)));
      SafetensorsFile.write(file, tensors, texts);
      assertThatThrownBy(() -> NetworkFile.read(file)).hasMessageContaining("together but found");
      tensors.add(NamedTensor.vector("layers.1.norm.variance", one));
      SafetensorsFile.write(file, tensors, texts);
      assertThatThrownBy(() -> NetworkFile.read(file))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("a number for layers.1.norm.epsilon but found \"x\"");
      assertThatThrownBy(() -> new BatchNorm(one, one, one, negative, 1e-5))
          .hasMessageContaining("that of unit 0 is -1.0");
      assertThatThrownBy(() -> new BatchNorm(one, one, one, one, 0))
          .hasMessageContaining("epsilon");
    }
  }

  @Test
  void layersMustFit() {
    try (HostMatrix two = HostMatrix.of(new double[][] {{1, 2}, {3, 4}});
        HostMatrix three = row(1, 2, 3);
        HostMatrix single = HostMatrix.of(new float[][] {{1, 2}, {3, 4}})) {
      DenseLayer square = plain(two, Residual.NONE);
      assertThatThrownBy(() -> new Network(List.of(square, plain(three, Residual.NONE))))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("layer 2 must have 2 inputs of FLOAT64");
      assertThatThrownBy(() -> new Network(List.of(square, plain(single, Residual.NONE))))
          .hasMessageContaining("of FLOAT32");
      assertThatThrownBy(() -> new Network(List.of())).hasMessageContaining("at least one layer");
      assertThatThrownBy(() -> new Network(List.of(plain(two, Residual.PRE_ACTIVATION))))
          .hasMessageContaining("layer 1 cannot be residual");
      try (HostMatrix narrow = row(1, 2)) {
        for (Residual kind : List.of(Residual.PRE_ACTIVATION, Residual.POST_ACTIVATION)) {
          assertThatThrownBy(() -> new Network(List.of(square, plain(narrow, kind))))
              .hasMessageContaining("as many outputs as inputs but has 1 and 2");
        }
        assertThat(new Network(List.of(plain(two, Residual.POST_ACTIVATION))).depth()).isOne();
      }
    }
  }

  private static DenseLayer plain(HostMatrix weights, Residual residual) {
    return new DenseLayer(weights, Optional.empty(), Optional.empty(), TANH, residual);
  }
}
