package dev.lamina.analysis.data;

import dev.lamina.config.ConfigReader;
import java.nio.file.Path;
import java.util.List;

/**
 * The {@code data} block of a study: which samples, how they are split, what is done to them.
 *
 * <pre>{@code
 * data {
 *   source = digits
 *   split { train = 1400 }
 *   preprocess = [ { scale = 1/16 }, { center = mean } ]
 * }
 * }</pre>
 *
 * @param source where the samples come from
 * @param split what is asked for; what it leaves open is up to the source
 * @param preprocess the steps in their order
 */
public record DataConfig(DataSource source, SplitPlan split, List<PreprocessingStep> preprocess) {

  /** Copies the steps. */
  public DataConfig {
    preprocess = List.copyOf(preprocess);
  }

  /**
   * Reads the block. To be called through {@link ConfigReader#read}, which turns unknown keys and
   * whatever is thrown here into problems with their place.
   *
   * @param data reads the block
   * @param base what relative paths start from: the folder of the config file
   * @return the block; to be used only if the reader has reported no problem
   */
  public static DataConfig read(ConfigReader data, Path base) {
    return new DataConfig(
        new DataSourceReader(data, base).read(),
        SplitPlanReader.read(data.section("split")),
        data.sections("preprocess").stream()
            .flatMap(s -> PreprocessingReader.read(s).stream())
            .toList());
  }
}
