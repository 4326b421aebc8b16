package dev.lamina.analysis.study;

import dev.lamina.analysis.data.DataConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.config.LoadedConfig;
import dev.lamina.config.NearestWords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads the {@code study} block:
 *
 * <pre>{@code
 * study {
 *   title   = "Handwritten digits, layer by layer"
 *   seed    = 1
 *   data    { source = digits, split { train = 1400 }, preprocess = [ { scale = 0.0625 } ] }
 *   network { hidden = [256, 256, 256], activation = relu, init = he, bias = true }
 *   sections {
 *     data {}
 *     regression { kernels = ["ntk(depth=3)"] }
 *   }
 * }
 * }</pre>
 *
 * <p>{@code base} may name the folder that relative paths of the data start from; it is the folder
 * of the file otherwise.
 */
public final class StudyReader {
  private final List<StudySection<?, ?>> kinds;

  /**
   * Creates a reader.
   *
   * @param kinds the kinds of sections that a study can have
   */
  public StudyReader(List<StudySection<?, ?>> kinds) {
    this.kinds = List.copyOf(kinds);
  }

  /**
   * Reads a study. All problems of the file are reported at once.
   *
   * @param loaded the merged configuration
   * @param file the study's file
   * @param errors where problems go
   * @return the study
   * @throws dev.lamina.config.ConfigException if there was any problem, earlier ones included
   */
  public StudyConfig read(LoadedConfig loaded, Path file, ConfigErrors errors) {
    ConfigReader root = loaded.reader();
    if (!root.has("study")) {
      if (errors.count() == 0) { // otherwise the file could not be read
        root.problem("study", "is missing: this is no study file");
      }
      errors.throwIfAny();
    }
    Optional<StudyConfig> study = root.section("study").read(block -> study(block, file));
    root.finish();
    errors.throwIfAny();
    return study.orElseThrow();
  }

  private StudyConfig study(ConfigReader block, Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    Path base = folder.resolve(block.text("base", ""));
    long seed = block.whole("seed", Bounds.ANY, 1);
    String title = block.text("title", String.valueOf(file.getFileName()));
    block.has("data");
    Optional<DataConfig> data = block.section("data").read(reader -> DataConfig.read(reader, base));
    NetworkConfig network = NetworkConfig.read(block.section("network"));
    List<ConfiguredSection<?, ?>> sections = sections(block.section("sections"), network);
    if (sections.isEmpty()) {
      block.problem("sections", "must list at least one section that can run", known());
    }
    // Without data there is a problem, and what is returned here is never used.
    return new StudyConfig(title, seed, base, data.orElse(null), network, sections);
  }

  private List<ConfiguredSection<?, ?>> sections(ConfigReader block, NetworkConfig network) {
    List<ConfiguredSection<?, ?>> sections = new ArrayList<>();
    for (StudySection<?, ?> kind : ordered(block)) {
      ConfiguredSection.read(kind, block.section(kind.name()), network).ifPresent(sections::add);
    }
    for (String key : block.keys()) {
      if (!names().contains(key)) {
        block.has(key);
        block.problem(key, "unknown section", NearestWords.suggestion(key, names()));
      }
    }
    return sections;
  }

  /** Returns the kinds that the block has, in the order of the file. */
  private List<StudySection<?, ?>> ordered(ConfigReader block) {
    List<String> keys = block.keys();
    return kinds.stream()
        .filter(kind -> keys.contains(kind.name()))
        .sorted(Comparator.comparingInt(kind -> keys.indexOf(kind.name())))
        .toList();
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    kinds.forEach(kind -> names.add(kind.name()));
    return Collections.unmodifiableList(names);
  }

  private String known() {
    return "known: " + String.join(", ", names());
  }
}
