package dev.lamina.cli;

import dev.lamina.analysis.data.Catalogue;
import dev.lamina.analysis.data.CataloguedSet;
import dev.lamina.analysis.data.CsvOptions;
import dev.lamina.analysis.data.DataParts;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.DataSource;
import dev.lamina.analysis.data.DataSources;
import dev.lamina.analysis.data.DataSummary;
import dev.lamina.analysis.data.ImageShape;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.data.ResponseKind;
import dev.lamina.analysis.data.TextImage;
import dev.lamina.config.NearestWords;
import dev.lamina.matrix.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lamina data show}: what a data set looks like. */
@Command(
    name = "show",
    description = {
      "Shows shape, classes, ranges, duplicates and zero rows of a data set, and single images."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DataShowCommand extends Subcommand {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SET",
      description = {
        "digits, iris, mnist, fashion-mnist; or your own: a .csv file, a folder of IDX files, or a"
            + " .npy file together with --y."
      })
  private String set;

  @Option(names = "--y", paramLabel = "FILE", description = "Labels or numbers of a .npy file.")
  private Path y;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description =
          "Label column of a .csv file: its name, or its index from 0 (default: the last).")
  private String label;

  @Option(
      names = "--image",
      split = ",",
      paramLabel = "ROW",
      description = "Draws the images of these rows, counted from 0.")
  private List<Integer> images = new ArrayList<>();

  @Mixin private final CacheOption cache = new CacheOption();

  DataShowCommand(Session session) {
    super(session);
  }

  /** What is printed. */
  record Document(DataSummary train, Optional<DataSummary> test) {}

  @Override
  Output execute() {
    DataSources sources = new DataSources(cache.folder(session()), 1);
    try (DataParts parts = sources.load(source(), DType.FLOAT32)) {
      Document document =
          new Document(DataSummary.of(parts.train()), parts.test().map(DataSummary::of));
      StringBuilder text = new StringBuilder(text(document.train()));
      document.test().ifPresent(test -> text.append(text(test)));
      for (int row : images) {
        text.append(image(parts.train(), row));
      }
      return Output.of(document, text.toString().stripTrailing());
    }
  }

  private DataSource source() {
    Optional<DataSource> known = known();
    if (known.isPresent()) {
      return known.get();
    }
    Path path = Path.of(set);
    if (set.isEmpty()) {
      throw unknown();
    }
    if (Files.isDirectory(path)) {
      return new DataSource.IdxFolder(path);
    }
    if (set.endsWith(".npy")) {
      if (y == null) {
        throw new ParameterException(spec.commandLine(), set + " needs --y FILE");
      }
      return new DataSource.NpyPair(
          path,
          y,
          Optional.empty(),
          Optional.empty(),
          ResponseKind.AUTO,
          Optional.empty(),
          Optional.empty());
    }
    if (Files.exists(path) || set.endsWith(".csv")) {
      CsvOptions auto = CsvOptions.auto();
      return new DataSource.Csv(
          path,
          Optional.empty(),
          new CsvOptions(auto.header(), auto.separator(), Optional.ofNullable(label), auto.kind()));
    }
    throw unknown();
  }

  private ParameterException unknown() {
    List<String> names = new ArrayList<>(List.of("digits", "iris"));
    Catalogue.standard().sets().forEach(s -> names.add(s.name()));
    return new ParameterException(
        spec.commandLine(),
        "\"%s\" is no data set, file or folder; %s"
            .formatted(set, NearestWords.suggestion(set, names)));
  }

  private Optional<DataSource> known() {
    if (set.equals("digits")) {
      return Optional.of(new DataSource.Digits());
    }
    if (set.equals("iris")) {
      return Optional.of(new DataSource.Iris());
    }
    Optional<CataloguedSet> catalogued =
        Catalogue.standard().sets().stream().filter(s -> s.name().equals(set)).findFirst();
    return catalogued.map(DataSource.Cached::new);
  }

  private static String text(DataSummary s) {
    StringBuilder text = new StringBuilder(s.provenance() + "\n");
    String images = s.image().map(shape -> ", images of " + shape).orElse("");
    line(text, "rows", "" + s.rows());
    line(text, "features", s.features() + images + ", of which constant: " + s.constantFeatures());
    line(text, "x", range(s.x()));
    s.y().ifPresent(range -> line(text, "y", range(range)));
    String zero = s.firstZeroRow().map(row -> ", the first is row " + row).orElse("");
    line(text, "zero rows", s.zeroRows() + zero);
    line(
        text,
        "duplicates",
        "%d rows equal an earlier one, %d of them with another response"
            .formatted(s.duplicateRows(), s.conflictingRows()));
    if (!s.classes().isEmpty()) {
      line(text, "classes", "" + s.classes().size());
      int width = s.classes().stream().mapToInt(c -> c.name().length()).max().orElse(0);
      for (DataSummary.ClassCount c : s.classes()) {
        text.append(String.format(Locale.ROOT, "    %-" + width + "s %8d%n", c.name(), c.rows()));
      }
    }
    return text.append('\n').toString();
  }

  private static void line(StringBuilder text, String what, String value) {
    text.append(String.format(Locale.ROOT, "  %-11s", what)).append(value).append('\n');
  }

  private static String range(DataSummary.Range range) {
    return String.format(
        Locale.ROOT,
        "%.6g … %.6g, mean %.6g, standard deviation %.6g",
        range.min(),
        range.max(),
        range.mean(),
        range.standardDeviation());
  }

  private String image(DataSet set, int row) {
    if (set.image().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--image: the rows of " + set.name() + " are no images");
    }
    if (row < 0 || row >= set.samples()) {
      throw new ParameterException(
          spec.commandLine(),
          "--image: %s has rows 0 … %d but not %d".formatted(set.name(), set.samples() - 1, row));
    }
    ImageShape shape = set.image().get();
    String name =
        set.response() instanceof Response.Classes classes
            ? ", class " + classes.names().get(classes.label(row))
            : "";
    return "row " + row + name + "\n" + TextImage.of(set.x(), row, shape, showsBlocks()) + "\n";
  }

  /** Returns whether the terminal's character set has the block characters. */
  private static boolean showsBlocks() {
    return StandardCharsets.UTF_8.name().equals(System.getProperty("stdout.encoding"));
  }
}
