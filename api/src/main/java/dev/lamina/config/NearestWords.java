package dev.lamina.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Finds the words that somebody who mistyped one may have meant. */
public final class NearestWords {
  private static final int MOST = 3;

  /** Bounds the quadratic work on hostile input; no known word is nearly as long. */
  private static final int LONGEST = 64;

  private NearestWords() {}

  /**
   * {@return the known words closest to a word, best first, at most three: those within a third of
   * its length in edits (at least two), where inserting, deleting, replacing or swapping neighbours
   * is one edit and upper and lower case are equal}
   *
   * @param word the word that is not known
   * @param known the words that are
   */
  public static List<String> of(String word, Collection<String> known) {
    int allowed = Math.max(2, Math.min(word.length(), LONGEST) / 3);
    return known.stream()
        .filter(candidate -> edits(word, candidate) <= allowed)
        .sorted(
            Comparator.comparingInt((String candidate) -> edits(word, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .limit(MOST)
        .toList();
  }

  /**
   * {@return a clause for an error message: {@code did you mean 'a' or 'b'?}, or all known words if
   * none is close}
   *
   * @param word the word that is not known
   * @param known the words that are
   */
  public static String suggestion(String word, Collection<String> known) {
    List<String> nearest = of(word, known);
    if (!nearest.isEmpty()) {
      return didYouMean(nearest);
    }
    if (known.isEmpty()) {
      return "";
    }
    return known.stream().sorted().collect(Collectors.joining(", ", "known: ", ""));
  }

  static String didYouMean(List<String> nearest) {
    return nearest.stream().collect(Collectors.joining("' or '", "did you mean '", "'?"));
  }

  /** Returns the Damerau–Levenshtein distance (adjacent swaps only), ignoring case. */
  static int edits(String from, String to) {
    String a = comparable(from);
    String b = comparable(to);
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : cheapest(a, b, d, i, j);
      }
    }
    return d[a.length()][b.length()];
  }

  private static String comparable(String word) {
    String start = word.length() > LONGEST ? word.substring(0, LONGEST) : word;
    return start.toLowerCase(Locale.ROOT);
  }

  private static int cheapest(String a, String b, int[][] d, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int best = Math.min(d[i - 1][j - 1] + (same ? 0 : 1), Math.min(d[i - 1][j], d[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
  }
}
