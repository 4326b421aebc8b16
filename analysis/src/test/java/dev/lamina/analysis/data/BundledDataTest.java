package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.matrix.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledDataTest {

  @ParameterizedTest
  @CsvSource({
    "iris.csv, f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
    "digits.csv.gz, 46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a"
  })
  void areTheFilesOfScikitLearn(String resource, String sha256) throws IOException {
    try (InputStream in = BundledData.open(resource);
        InputStream notice = BundledData.open("NOTICE.txt")) {
      byte[] digest = Sha256.digest().digest(in.readAllBytes());
      assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
      assertThat(new String(notice.readAllBytes(), StandardCharsets.UTF_8))
          .contains(resource, sha256, "Redistributions of source code must retain");
    }
  }

  @Test
  void irisIsTheCorrectedVersion() {
    try (DataParts parts = BundledData.iris(DType.FLOAT64)) {
      DataSet iris = parts.train();
      DataSummary summary = DataSummary.of(iris);
      assertThat(summary.rows()).isEqualTo(150);
      assertThat(summary.features()).isEqualTo(4);
      assertThat(summary.classes())
          .containsExactly(
              new DataSummary.ClassCount("setosa", 50),
              new DataSummary.ClassCount("versicolor", 50),
              new DataSummary.ClassCount("virginica", 50));
      // Fisher's samples 35 and 38, which the UCI copy has both as 4.9, 3.1, 1.5, 0.1.
      double[][] x = iris.x().toArray();
      assertThat(x[34]).containsExactly(4.9, 3.1, 1.5, 0.2);
      assertThat(x[37]).containsExactly(4.9, 3.6, 1.4, 0.1);
      assertThat(summary.x().min()).isEqualTo(0.1);
      assertThat(summary.x().max()).isEqualTo(7.9);
      assertThat(summary.duplicateRows()).isEqualTo(1); // 102 and 143
      assertThat(summary.conflictingRows()).isZero();
    }
  }

  @Test
  void digitsAreAllThere() {
    try (DataParts parts = BundledData.digits(DType.FLOAT32)) {
      DataSet digits = parts.train();
      DataSummary summary = DataSummary.of(digits);
      assertThat(summary.rows()).isEqualTo(1797);
      assertThat(summary.features()).isEqualTo(64);
      assertThat(digits.image()).isEqualTo(Optional.of(new ImageShape(8, 8)));
      assertThat(summary.classes().stream().map(DataSummary.ClassCount::rows))
          .containsExactly(178L, 182L, 177L, 183L, 181L, 182L, 181L, 179L, 174L, 180L);
      assertThat(summary.x().min()).isZero();
      assertThat(summary.x().max()).isEqualTo(16);
      assertThat(summary.zeroRows()).isZero();
      assertThat(summary.duplicateRows()).isZero();
      assertThat(summary.constantFeatures()).isEqualTo(3);
      assertThat(digits.x().get(0, 2)).isEqualTo(5);
      assertThat(((Response.Classes) digits.response()).label(1)).isEqualTo(1);
    }
  }
}
