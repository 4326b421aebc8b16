/** What a data set looks like before anything is made of it. */
package dev.lamina.analysis.summary;
