package dev.lamina.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lamina.command.InstalledCommand.Outcome;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of the real command, process by process. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs env of coreutils to restore signals")
class CommandIT {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final String STUDY =
      """
      include "lamina-defaults"
      study {
        data { source = iris, split { train = 100, shuffle = true } }
        network { hidden = %s, activation = relu, init = he, bias = true }
        sections {
          data {}
          degeneracy { samples = %d, architectures = [], experiments = [] }
        }
      }
      """;

  @TempDir private Path folder;
  private InstalledCommand lamina;

  @BeforeEach
  void layOut() throws IOException {
    lamina = InstalledCommand.in(folder);
  }

  @AfterEach
  void remove() throws IOException {
    lamina.remove();
  }

  private Path work(String name) {
    return lamina.work().resolve(name);
  }

  /** Writes normal random numbers as float32. */
  private void random(String name, int rows, int cols) {
    random(name, DType.FLOAT32, rows, cols);
  }

  private void random(String name, DType dtype, int rows, int cols) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(rows);
    try (HostMatrix x = HostMatrix.allocate(dtype, rows, cols)) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          x.set(i, j, random.nextGaussian());
        }
      }
      NpyFile.write(work(name), x);
    }
  }

  /** Returns standard output, which must be exactly one JSON document, of a run that went well. */
  private static JsonNode document(Outcome outcome) throws IOException {
    assertThat(outcome.exit()).as(outcome.err()).isZero();
    return JSON.readTree(outcome.out());
  }

  /** Checks that nothing was drawn for a terminal that is not there. */
  private static void requireQuiet(Outcome outcome) {
    assertThat(outcome.err()).doesNotContain("\r", "\u001b", "█", "%|");
  }

  /** Checks that nothing but whole files lies in the working folder. */
  private void requireNoHalfFile() throws IOException {
    try (Stream<Path> files = Files.walk(lamina.work())) {
      assertThat(files.filter(f -> f.toString().endsWith(".part"))).isEmpty();
    }
  }

  @Test
  void kernelAndRegressPrintOneDocument() throws Exception {
    random("x.npy", 200, 6);
    random("y.npy", 200, 1);
    JsonNode kernel =
        document(
            lamina.run(
                "kernel", "--kernel", "ntk(depth=2)", "--x", "x.npy", "--out", "k.npy", "--json"));
    assertThat(kernel.get("rows").asInt()).isEqualTo(200);
    assertThat(kernel.get("kernel").asText()).isEqualTo("ntk(depth=2)");
    try (HostMatrix k = NpyFile.read(work("k.npy"))) {
      assertThat(k.rows()).isEqualTo(200);
      assertThat(k.get(3, 7)).isEqualTo(k.get(7, 3));
    }

    String[] regress = {
      "regress", "--kernel", "ntk(depth=2)", "--train-x", "x.npy", "--train-y", "y.npy", "--test-x",
      "x.npy", "--test-y", "y.npy", "--noise", "0.1", "--solver", "iterative", "--json"
    };
    Outcome outcome = lamina.run(regress);
    assertThat(document(outcome).get("rmse").asDouble()).isBetween(0.0, 1.0);
    requireQuiet(outcome);
  }

  @Test
  void degeneracyAndDataPrintOneDocument() throws Exception {
    JsonNode layers =
        document(lamina.run("degeneracy", "--widths", "784,85,85", "--rule", "paper", "--json"))
            .get("layers");
    assertThat(layers.get(1).get("meanLogSin2").asDouble()).isCloseTo(-.3129649714, within(1e-6));
    JsonNode iris = document(lamina.run("data", "show", "iris", "--json"));
    assertThat(iris.at("/train/rows").asInt()).isEqualTo(150);
  }

  @Test
  void studyPrintsOneDocumentAndKeepsItsSections() throws Exception {
    Files.writeString(work("own.conf"), STUDY.formatted(List.of(20, 20), 50));

    Outcome first = lamina.run("study", "own.conf", "--out", "out", "--json");
    Outcome second = lamina.run("study", "own.conf", "--out", "out", "--json");

    JsonNode sections = document(first).get("sections");
    assertThat(sections.findValuesAsText("status")).containsExactly("done", "done");
    assertThat(document(second).get("sections").findValuesAsText("status"))
        .containsExactly("kept", "kept");
    requireQuiet(first);
    assertThat(work("out/report.html")).isNotEmptyFile();
    JSON.readTree(Files.readString(work("out/results.json")));
    requireNoHalfFile();
  }

  @Test
  void exitCodesAndErrorsAsDocuments() throws Exception {
    Outcome wrong =
        lamina.run("kernel", "--kernel", "lineer()", "--x", "a", "--out", "b", "--json");
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.err()).startsWith("lamina: unknown kernel");
    assertThat(JSON.readTree(wrong.out()).at("/error/exitCode").asInt()).isEqualTo(2);

    assumeTrue(Files.isWritable(Path.of("/dev/full")), "no /dev/full: a full disk cannot be had");
    random("x.npy", 300, 3);
    Outcome full =
        lamina.run(
            "kernel", "--kernel", "linear()", "--x", "x.npy", "--out", "/dev/full", "--json");
    assertThat(full.exit()).isEqualTo(1);
    assertThat(full.err()).contains("the disk is full");
    assertThat(JSON.readTree(full.out()).at("/error/exitCode").asInt()).isEqualTo(1);
    requireNoHalfFile();
  }

  /** Unlike /dev/full, a file system that is too small shows what is left behind. */
  @Test
  void aDiskThatFillsUpKeepsNoHalfFile() throws Exception {
    Path disk = Files.createDirectory(work("disk"));
    assumeTrue(
        exit("mount", "-t", "tmpfs", "-o", "size=256k", "lamina-test", disk.toString()) == 0,
        "mounting is not permitted: a disk that fills up cannot be had");
    try {
      random("x.npy", 300, 3);
      Outcome outcome =
          lamina.run("kernel", "--kernel", "linear()", "--x", "x.npy", "--out", "disk/k.npy");
      assertThat(outcome.exit()).isEqualTo(1);
      assertThat(outcome.err()).contains("cannot write disk/k.npy: the disk is full (");
      assertThat(disk).isEmptyDirectory();
    } finally {
      assertThat(exit("umount", disk.toString())).isZero();
    }
  }

  private static int exit(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor();
  }

  @Test
  void fileNamesMayHaveBlanksAndAnyAlphabetEvenInTheCLocale() throws Exception {
    Path place = Files.createDirectories(work("mit Leerzeichen/數"));
    random("x.npy", 5, 2);
    Path x = Files.move(work("x.npy"), place.resolve("ü x.npy"));

    Outcome outcome =
        lamina.run(
            Map.of("LC_ALL", "C"),
            "kernel",
            "--kernel",
            "linear()",
            "--x",
            lamina.work().relativize(x).toString(),
            "--out",
            "mit Leerzeichen/數/ü k.npy");

    assertThat(outcome.exit()).as(outcome.err()).isZero();
    assertThat(place.resolve("ü k.npy")).isRegularFile();
  }

  @Test
  void interruptedWhileComputingNothingIsWritten() throws Exception {
    random("x.npy", DType.FLOAT64, 1500, 50);
    // The notice about rounding is the last word before computing begins.
    Outcome outcome =
        lamina.interrupt(
            () -> lamina.errSoFar().contains("is rounded to float32"),
            "kernel",
            "--kernel",
            "ntk(depth=20)",
            "--x",
            "x.npy",
            "--out",
            "k.npy",
            "--backend",
            "cpu",
            "--repeat",
            "1000000",
            "--json");
    assertThat(outcome.exit()).isEqualTo(130);
    assertThat(outcome.out()).isEmpty();
    assertThat(work("k.npy")).doesNotExist();
    requireNoHalfFile();
  }

  /** Whoever wins the race, the file is whole or not there. */
  @Test
  void interruptedWhileWritingThereIsNoHalfFile() throws Exception {
    random("x.npy", 7000, 2);
    Outcome outcome =
        lamina.interrupt(
            () -> sizes(".part") > 1 << 20,
            "kernel",
            "--kernel",
            "linear()",
            "--x",
            "x.npy",
            "--out",
            "k.npy");
    requireNoHalfFile();
    if (Files.exists(work("k.npy"))) {
      assertThat(work("k.npy")).hasSize(128 + 4L * 7000 * 7000);
    } else {
      assertThat(outcome.exit()).isEqualTo(130);
    }
  }

  private long sizes(String ending) {
    try (Stream<Path> files = Files.list(lamina.work())) {
      List<Path> found = files.filter(f -> f.toString().endsWith(ending)).toList();
      return found.isEmpty() ? 0 : Files.size(found.getFirst());
    } catch (IOException e) {
      return 0; // It has just been moved.
    }
  }

  @Test
  void anInterruptedStudyKeepsItsFinishedSections() throws Exception {
    // Minutes of random networks, in little memory.
    List<Integer> hidden = Collections.nCopies(100, 2000);
    Files.writeString(work("long.conf"), STUDY.formatted(hidden, 2_000_000));
    Outcome outcome =
        lamina.interrupt(
            () -> lamina.errSoFar().contains("data "), "study", "long.conf", "--out", "out");
    assertThat(outcome.exit()).isEqualTo(130);
    assertThat(work("out/report.html")).doesNotExist();
    assertThat(work("out/sections")).isNotEmptyDirectory();
    requireQuiet(outcome);
    requireNoHalfFile();
  }
}
