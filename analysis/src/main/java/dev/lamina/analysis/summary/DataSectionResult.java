package dev.lamina.analysis.summary;

import dev.lamina.analysis.data.DataSummary;
import java.util.List;
import java.util.Optional;

/**
 * What the data section of a study found.
 *
 * @param train the training samples
 * @param test the test samples
 * @param angles angles between random pairs of training samples; empty if none were asked for or
 *     there is only one sample that is not zero
 * @param pictures training samples as pictures; empty if rows are no images
 */
record DataSectionResult(
    DataSummary train,
    DataSummary test,
    Optional<PairAngles> angles,
    List<SamplePicture> pictures) {

  /**
   * A training sample.
   *
   * @param row its row
   * @param label its class, or its number
   * @param pixels its features from 0 (the smallest of all samples shown) to 1 (the largest)
   */
  record SamplePicture(int row, String label, List<Double> pixels) {}
}
