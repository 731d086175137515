"""Documents for Word: blocks laid out by ГОСТ Р 7.0.97-2016, templates of a district, words of people kept."""
