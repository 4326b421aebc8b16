package dev.lamina.analysis.training;

import dev.lamina.analysis.data.DataConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.config.LoadedConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the block of a file that trains networks begins with, whatever trains them: the keys {@code
 * title}, {@code seed}, {@code seeds}, {@code base} and {@code data}.
 *
 * @param title for people; the file's name if it is not given
 * @param seed of everything about the data that has no seed of its own
 * @param seeds one run for each
 * @param data which samples; null after a problem, and then never used
 */
public record RunHeader(String title, long seed, List<Long> seeds, DataConfig data) {

  /**
   * Reads a file that has one block. All problems are reported at once.
   *
   * @param loaded the merged configuration
   * @param block name of the block
   * @param missing what to say if there is none
   * @param errors where problems go
   * @param read reads the block
   * @param <T> what the block becomes
   * @return what was read
   * @throws dev.lamina.config.ConfigException if there was any problem, earlier ones included
   */
  public static <T> T readFile(
      LoadedConfig loaded,
      String block,
      String missing,
      ConfigErrors errors,
      Function<ConfigReader, T> read) {
    ConfigReader root = loaded.reader();
    if (!root.has(block)) {
      errors.throwIfAny(); // a file that could not be read has no blocks either
      root.problem(block, missing);
      errors.throwIfAny();
    }
    Optional<T> found = root.section(block).read(read);
    root.finish();
    errors.throwIfAny();
    return found.orElseThrow();
  }

  /**
   * Reads the keys.
   *
   * @param block the block
   * @param file the file, whose folder relative paths of the data start from unless {@code base}
   *     names another
   * @return what they say
   */
  public static RunHeader read(ConfigReader block, Path file) {
    Path base = file.toAbsolutePath().normalize().getParent().resolve(block.text("base", ""));
    String title = block.text("title", String.valueOf(file.getFileName()));
    long seed = block.whole("seed", Bounds.ANY, 1);
    List<Integer> seeds = block.integers("seeds", Bounds.ANY, List.of(1));
    if (seeds.isEmpty() || seeds.stream().distinct().count() < seeds.size()) {
      block.problem("seeds", "must list at least one seed, each once, but is " + seeds);
    }
    block.has("data");
    Optional<DataConfig> data = block.section("data").read(reader -> DataConfig.read(reader, base));
    return new RunHeader(
        title, seed, seeds.stream().map(Integer::longValue).toList(), data.orElse(null));
  }
}
